//! Engines as the manager sees them: validated, followed, lost and found again.

#![allow(
    clippy::unwrap_used,
    reason = "the helpers below are part of the tests"
)]

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::json;
use swarm::cluster::{
    ClusterState, ClusterView, EngineSnapshot, EngineStatus, LookupError, Snapshot,
};
use swarm::config::{Names, RefreshInterval};
use swarm::discovery::Entries;
use swarm::engine::{Engines, MonitorOptions, RefreshError, Timing};
use swarm::scheduler::CpuShares;
use swarm_middleware::body::Body;
use swarm_middleware::forward::PoolOptions;
use testkit::{Engine, EngineOptions, Fault, RunningEngine, wait};

mod follow;
mod health;

const SOON: Duration = Duration::from_secs(20);

struct Manager {
    engines: Engines,
    view: ClusterView,
}

fn options() -> MonitorOptions {
    let millis = Duration::from_millis;
    MonitorOptions {
        refresh: RefreshInterval {
            min: Duration::from_secs(300),
            max: Duration::from_secs(600),
        },
        failure_retry: 3,
        names: Names::Both,
        cpu_shares: CpuShares::Weight,
        timing: Timing {
            ping_every: millis(200),
            ping_deadline: millis(300),
            ping_retry: millis(50),
            call_deadline: Duration::from_secs(2),
            retry_min: millis(20),
            retry_max: millis(100),
            facts_every: Duration::from_secs(300),
        },
    }
}

fn manager() -> Manager {
    let (cluster, view) = ClusterState::start();
    Manager {
        engines: Engines::new(
            options(),
            PoolOptions::default(),
            None,
            cluster,
            view.clone(),
        ),
        view,
    }
}

impl Manager {
    async fn follow(&self, engines: &[&RunningEngine]) {
        let addresses = engines
            .iter()
            .map(|engine| engine.addr.to_string().parse().unwrap());
        self.engines.apply(&addresses.collect::<Entries>()).await;
    }

    async fn until(&self, condition: impl FnMut(&Snapshot) -> bool) -> Arc<Snapshot> {
        let mut view = self.view.clone();
        wait::within(SOON, view.wait_for(condition)).await.unwrap()
    }

    async fn until_settled(&self) -> Arc<Snapshot> {
        self.until(|snapshot| {
            snapshot.engine_count() > 0
                && snapshot
                    .engines()
                    .all(|engine| engine.is_healthy() && engine.node.settled)
        })
        .await
    }

    fn only(&self) -> Arc<EngineSnapshot> {
        Arc::clone(self.view.snapshot().engines().next().unwrap())
    }
}

async fn one(options: EngineOptions) -> (Manager, RunningEngine) {
    let engine = Engine::start(options).await.unwrap();
    let manager = manager();
    manager.follow(&[&engine]).await;
    (manager, engine)
}

async fn call(engine: &EngineSnapshot, method: Method, path: &str) -> StatusCode {
    let mut request = Request::new(Body::from("{}"));
    request
        .headers_mut()
        .insert("content-type", "application/json".parse().unwrap());
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().unwrap();
    let response = wait::within(SOON, engine.upstream.send(request))
        .await
        .unwrap();
    let status = response.status();
    response.into_body().collect().await.unwrap();
    status
}
