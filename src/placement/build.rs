//! Where builds go: the scheduler decides for the classic builder, the client's pin for BuildKit.

use std::sync::Arc;

use http::HeaderMap;
use swarm_middleware::api::{ApiRequest, Operation, PeerIdentity, Refusal};

use super::plan::{Destination, Hold, Plan};
use super::{ClusterPlacement, Table, decide, owner};
use crate::builds::{Candidate, Client, Visit, wishes};
use crate::cluster::{EngineSnapshot, NodeKey, Snapshot};
use crate::handlers::system::offer::offer;
use crate::scheduler::SpecOptions;

/// By this a client names the session that its connection carries.
const SESSION_ID: &str = "x-docker-expose-session-uuid";

impl ClusterPlacement {
    /// Places a build, or a connection of one.
    ///
    /// # Errors
    /// When a wish is wrong, or no node may have it.
    pub(super) fn build(
        &self,
        request: &mut ApiRequest,
        snapshot: &Snapshot,
    ) -> Result<Plan, Refusal> {
        match request.call.route.operation {
            Operation::Build if request.call.query.get("version").as_deref() != Some("2") => {
                self.classic_build(request)
            }
            Operation::Build => {
                let text = |key: &str| request.call.query.get(key);
                let known = text("session").and_then(|id| self.builds.session(&id));
                let build = text("buildid").map(|id| id.as_ref().into());
                let to = self.build_node(known, &request.peer, snapshot)?;
                let stay = self.builds.enter(
                    to.engine.key,
                    Visit {
                        client: Some(Client::of(&request.peer)),
                        session: None,
                        build,
                    },
                );
                Ok(Plan::Build(to, Hold::Stay(stay)))
            }
            Operation::BuildCancel => {
                let id = request.call.query.get("id").unwrap_or_default();
                let known = self.builds.build(&id);
                self.build_node(known, &request.peer, snapshot)
                    .map(Plan::One)
            }
            _ => {
                let to = self.build_node(None, &request.peer, snapshot)?;
                let stay = self.builds.enter(
                    to.engine.key,
                    Visit {
                        client: Some(Client::of(&request.peer)),
                        session: session_id(&request.head.headers),
                        build: None,
                    },
                );
                Ok(Plan::Session(to, stay))
            }
        }
    }

    /// A build of the classic builder is placed as a container would be, and holds what it may
    /// use while it runs.
    fn classic_build(&self, request: &mut ApiRequest) -> Result<Plan, Refusal> {
        let (query, wishes) = wishes::take(&request.call.query);
        let newest = || offer(&self.view.snapshot()).maximum;
        let version = request.call.version.unwrap_or_else(newest);
        let options = SpecOptions {
            cpu_shares: self.options.cpushares.into(),
        };
        let spec = wishes::spec(&query, &wishes, version, &options);
        let spec = spec.map_err(|error| Refusal::bad_input(error.to_string()))?;
        let chosen = |table: &Table| {
            let snapshot = self.view.snapshot();
            decide(&*self.driver, &snapshot, table, &spec, fastrand::u64(..))
        };
        let (lease, engine) = self.leases.promise(chosen)?;
        let stay = self.builds.enter(engine.key, Visit::default());
        request.call.query = query;
        let to = owner::reachable(&engine, String::new())?;
        Ok(Plan::Build(to, Hold::Lease(lease, stay)))
    }

    /// The node that is known already, else the client's.
    fn build_node(
        &self,
        known: Option<NodeKey>,
        peer: &PeerIdentity,
        snapshot: &Snapshot,
    ) -> Result<Destination, Refusal> {
        let found = |key: NodeKey| snapshot.engines().find(|engine| engine.key == key);
        if let Some(engine) = known.and_then(found) {
            return owner::reachable(engine, String::new());
        }
        let healthy = snapshot.engines().filter(|engine| engine.is_healthy());
        let candidates: Vec<Candidate> = healthy.map(candidate).collect();
        let node = self.builds.node(&Client::of(peer), &candidates);
        let engine = node.and_then(found).ok_or_else(|| {
            Refusal::unavailable("no healthy node that takes builds available in the cluster")
        })?;
        owner::reachable(engine, String::new())
    }
}

fn candidate(engine: &Arc<EngineSnapshot>) -> Candidate {
    Candidate {
        node: engine.key,
        open: !engine.node.paused,
    }
}

fn session_id(headers: &HeaderMap) -> Option<Box<str>> {
    let id = headers.get(SESSION_ID)?.to_str().ok()?;
    Some(id.into())
}
