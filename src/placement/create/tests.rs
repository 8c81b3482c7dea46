use serde_json::json;
use swarm_middleware::forward::{PoolOptions, Upstream};

use super::*;
use crate::cluster::{Change, ClusterHandle, ClusterState, NodeKey};
use crate::config::ClusterOptions;
use crate::placement::Leases;
use crate::scheduler::strategy::StrategyName;
use crate::scheduler::{Scheduler, driver_from_name};

fn placement() -> (ClusterHandle, ClusterPlacement) {
    let (cluster, view) = ClusterState::start();
    let scheduler = Scheduler::new(StrategyName::Spread, &[], 0.05);
    let driver = driver_from_name("swarm", scheduler).unwrap();
    let leases = Leases::default();
    let placement = ClusterPlacement::new(view, leases, driver, ClusterOptions::default());
    (cluster, placement)
}

fn wanted() -> Wanted {
    let body = json!({ "Image": "busybox" });
    let spec = Spec::parse(Some("web"), None, None, &body, &SpecOptions::default());
    Wanted {
        spec: spec.unwrap(),
        body,
    }
}

async fn join(cluster: &ClusterHandle, key: u32) {
    let address: swarm_middleware::address::Address = "10.0.0.1:2375".parse().unwrap();
    let upstream = Upstream::new(address.clone(), None, &PoolOptions::default());
    let joined = Change::Joined {
        address,
        upstream: Arc::new(upstream),
    };
    cluster.apply(NodeKey(key), joined).await;
}

#[tokio::test(start_paused = true)]
async fn a_create_waits_for_nodes_that_are_being_read_and_no_longer_than_that() {
    let (cluster, placement) = placement();
    let began = Instant::now();
    let refused = plan(&placement, &wanted()).await.unwrap_err();
    assert_eq!(refused.kind, RefusalKind::Unavailable);
    assert_eq!(
        began.elapsed(),
        Duration::ZERO,
        "there is nothing to wait for"
    );
    join(&cluster, 1).await;
    let began = Instant::now();
    let refused = plan(&placement, &wanted()).await.unwrap_err();
    assert_eq!(refused.kind, RefusalKind::Unavailable);
    assert!(refused.message.starts_with("no healthy node"), "{refused}");
    assert_eq!(began.elapsed().as_secs(), SETTLING.as_secs());
    assert!(placement.leases.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_create_that_waits_goes_on_when_the_node_leaves() {
    let (cluster, placement) = placement();
    join(&cluster, 1).await;
    let began = Instant::now();
    let wanted = wanted();
    let leave = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        cluster.apply(NodeKey(1), Change::Left).await;
    };
    let (refused, ()) = tokio::join!(plan(&placement, &wanted), leave);
    assert_eq!(refused.unwrap_err().kind, RefusalKind::Unavailable);
    assert_eq!(began.elapsed().as_secs(), 2);
}
