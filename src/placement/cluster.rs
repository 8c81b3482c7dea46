//! The placement of every operation over the cluster's state.

use std::sync::Arc;

use serde_json::Value;
use swarm_middleware::api::{ApiRequest, Operation, Refusal, RefusalKind, Route, Treatment};
use swarm_middleware::select::Placement;

use super::objects::Chooser;
use super::plan::Plan;
use super::{Destination, Leases, Loose, create, exec, owner};
use crate::builds::Builds;
use crate::cluster::{ClusterView, EngineSnapshot, Snapshot};
use crate::config::{ClusterOptions, Pull, Volumes};
use crate::scheduler::ClusterDriver;

/// Chooses where requests go, from one snapshot per decision.
#[derive(Clone, Debug)]
pub struct ClusterPlacement {
    pub(super) view: ClusterView,
    pub(super) leases: Leases,
    pub(super) driver: Arc<dyn ClusterDriver>,
    pub(super) options: Arc<ClusterOptions>,
    pub(super) loose: Loose,
    pub(super) builds: Builds,
}

/// What engines outside swarm mode say to every request of it.
const OUTSIDE_SWARM_MODE: &str = "This node is not a swarm manager. Use \"docker swarm init\" or \
     \"docker swarm join\" to connect this node to swarm and try again.";

impl ClusterPlacement {
    /// Over this state, with these promises and this driver.
    pub fn new(
        view: ClusterView,
        leases: Leases,
        driver: Arc<dyn ClusterDriver>,
        options: ClusterOptions,
    ) -> Self {
        Self {
            view,
            leases,
            driver,
            options: Arc::new(options),
            loose: Loose::default(),
            builds: Builds::default(),
        }
    }

    /// The volumes and networks that may still move.
    pub fn loose(&self) -> &Loose {
        &self.loose
    }

    /// Builds under way, and where their clients are pinned to.
    pub fn builds(&self) -> &Builds {
        &self.builds
    }

    /// Everything that one look at the state decides.
    fn decide(&self, request: &mut ApiRequest, snapshot: &Snapshot) -> Result<Plan, Refusal> {
        let call = &request.call;
        let name = call.name.as_str();
        match call.route.treatment {
            Treatment::Local | Treatment::Aggregate => Ok(Plan::Local),
            Treatment::Broadcast => self.each(request, snapshot),
            Treatment::AnyNode => owner::any(snapshot, name).map(Plan::One),
            Treatment::Container => of_container(request, snapshot),
            Treatment::Exec => {
                let unknown = || Err(Refusal::not_found(format!("No such exec instance: {name}")));
                let to = owner::exec(snapshot, name).unwrap_or_else(unknown)?;
                Ok(exec::tunnel_or_one(request, to))
            }
            // Several images, which may be on different nodes.
            Treatment::Image if name.is_empty() => Ok(Plan::Local),
            Treatment::Image => owner::image(snapshot, name).map(Plan::One),
            Treatment::Network => self.of_network(request, snapshot).map(Plan::One),
            Treatment::Volume => self.of_volume(request, snapshot),
            Treatment::Schedule => self.schedule(request, snapshot),
            Treatment::OutsideSwarmMode => Err(Refusal::unavailable(OUTSIDE_SWARM_MODE)),
            Treatment::NotImplemented => Err(not_implemented(call.route)),
        }
    }

    fn schedule(&self, request: &mut ApiRequest, snapshot: &Snapshot) -> Result<Plan, Refusal> {
        match request.call.route.operation {
            Operation::NetworkCreate => self.choose(snapshot, |chooser| chooser.network(request)),
            Operation::VolumeCreate if self.options.volumes == Volumes::All => {
                self.volume_everywhere(request, snapshot)
            }
            Operation::VolumeCreate => self.choose(snapshot, |chooser| chooser.volume(request)),
            Operation::Build | Operation::BuildCancel | Operation::Session | Operation::Grpc => {
                self.build(request, snapshot)
            }
            other => Err(Refusal::new(
                RefusalKind::NotImplemented,
                format!("{other:?} is not supported yet"),
            )),
        }
    }

    fn of_network(
        &self,
        request: &mut ApiRequest,
        snapshot: &Snapshot,
    ) -> Result<Destination, Refusal> {
        match request.call.route.operation {
            Operation::NetworkConnect | Operation::NetworkDisconnect => {
                self.choose(snapshot, |chooser| chooser.join(request))
            }
            _ => owner::network(snapshot, &request.call.name),
        }
    }

    /// A volume whose name says no node goes on every node.
    fn volume_everywhere(
        &self,
        request: &mut ApiRequest,
        snapshot: &Snapshot,
    ) -> Result<Plan, Refusal> {
        let body: Option<Value> = serde_json::from_slice(request.payload.bytes()).ok();
        let name = body.as_ref().and_then(|body| body["Name"].as_str());
        if name.is_some_and(|name| snapshot.split_node(name).is_some()) {
            let volume = |chooser: Chooser<'_>| chooser.volume(request);
            return self.choose(snapshot, volume);
        }
        healthy(snapshot.engines().cloned()).map(Plan::Each)
    }

    fn of_volume(&self, request: &ApiRequest, snapshot: &Snapshot) -> Result<Plan, Refusal> {
        let name = request.call.name.as_str();
        let held = match self.options.volumes {
            Volumes::All => snapshot.volumes_named(name),
            Volumes::Placed => Vec::new(),
        };
        if held.is_empty() {
            return owner::volume(snapshot, name).map(Plan::One);
        }
        let holders = held.iter().map(|held| Arc::clone(held.engine));
        let holders = healthy(holders)?;
        Ok(match request.call.route.operation {
            Operation::VolumeRemove => Plan::Each(holders),
            // They were created alike: any will do.
            _ => Plan::One(owner::reachable(&holders[0], name.to_owned())?),
        })
    }

    fn choose<T>(
        &self,
        snapshot: &Snapshot,
        choose: impl FnOnce(Chooser<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.leases.look(|leases| {
            choose(Chooser {
                snapshot,
                driver: &*self.driver,
                options: &self.options,
                leases,
            })
        })
    }

    /// The engines that a broadcast matters to.
    fn each(&self, request: &ApiRequest, snapshot: &Snapshot) -> Result<Plan, Refusal> {
        let name = &request.call.name;
        let engines: Vec<Arc<EngineSnapshot>> = match request.call.route.operation {
            Operation::ImageTag | Operation::ImageRemove => match snapshot.image(name) {
                Ok(held) => held.iter().map(|held| Arc::clone(held.engine)).collect(),
                // Unknown or ambiguous: an engine says so in its own words.
                Err(_) => return owner::any(snapshot, name).map(Plan::One),
            },
            Operation::ImageCreate
                if self.options.pull == Pull::Lazy
                    && request.call.query.get("fromSrc").is_none() =>
            {
                vec![owner::any(snapshot, name)?.engine]
            }
            _ => snapshot.engines().cloned().collect(),
        };
        Ok(Plan::Each(healthy(engines)?))
    }
}

/// Those that can be asked now.
fn healthy(
    engines: impl IntoIterator<Item = Arc<EngineSnapshot>>,
) -> Result<Vec<Arc<EngineSnapshot>>, Refusal> {
    let engines = engines.into_iter();
    let healthy: Vec<_> = engines.filter(|engine| engine.is_healthy()).collect();
    if healthy.is_empty() {
        return Err(Refusal::unavailable(
            "no healthy node available in the cluster",
        ));
    }
    Ok(healthy)
}

fn not_implemented(route: &Route) -> Refusal {
    let what = format!("{} {}", route.method, route.pattern);
    let message = if route.pattern.starts_with("/plugins") {
        format!("{what} is not supported: plugins are managed on each engine itself")
    } else {
        format!("{what} is not supported: it is not an operation of a cluster")
    };
    Refusal::new(RefusalKind::NotImplemented, message)
}

fn of_container(request: &ApiRequest, snapshot: &Snapshot) -> Result<Plan, Refusal> {
    if request.call.route.operation == Operation::Commit {
        let name = request.call.query.get("container").unwrap_or_default();
        return owner::container(snapshot, &name).map(Plan::One);
    }
    let to = owner::container(snapshot, &request.call.name)?;
    Ok(exec::tunnel_or_one(request, to))
}

impl Placement for ClusterPlacement {
    type Plan = Plan;

    async fn place(&self, mut request: ApiRequest) -> Result<(ApiRequest, Plan), Refusal> {
        let snapshot = self.view.snapshot();
        if request.call.route.treatment == Treatment::Network
            && let Some(name) = self.loose.moved_network(&request.call.name)
        {
            request.call.name = name.to_string();
        }
        let known = |name: &str| owner::exec(&snapshot, name).is_some();
        if request.call.route.treatment == Treatment::Exec && !known(&request.call.name) {
            let name = request.call.name.clone();
            let to = exec::search(&snapshot, &name).await?;
            let plan = exec::tunnel_or_one(&request, to);
            return Ok((request, plan));
        }
        if request.call.route.operation == Operation::ContainerCreate {
            let wanted = create::Wanted::read(self, &request)?;
            let creation = create::plan(self, &wanted).await?;
            return Ok((request, Plan::Create(Box::new(creation))));
        }
        let plan = self.decide(&mut request, &snapshot)?;
        Ok((request, plan))
    }
}
