//! The placement of every operation over the cluster's state.

use std::sync::Arc;

use serde_json::Value;
use swarm_middleware::api::{ApiRequest, Operation, Refusal, Treatment};
use swarm_middleware::select::Placement;

use super::decide::decide;
use super::intake::Intake;
use super::plan::{Creation, Destination, Plan};
use super::{Leases, owner};
use crate::cluster::{ClusterView, EngineSnapshot, Snapshot};
use crate::engine::Engines;
use crate::scheduler::{ClusterDriver, SpecOptions};

/// Chooses where requests go, from one snapshot per decision.
#[derive(Clone, Debug)]
pub struct ClusterPlacement {
    view: ClusterView,
    engines: Engines,
    leases: Leases,
    driver: Arc<dyn ClusterDriver>,
    options: SpecOptions,
}

impl ClusterPlacement {
    /// Over this state, with these promises and this driver.
    pub fn new(
        view: ClusterView,
        engines: Engines,
        leases: Leases,
        driver: Arc<dyn ClusterDriver>,
        options: SpecOptions,
    ) -> Self {
        Self { view, engines, leases, driver, options }
    }

    fn plan(&self, request: &ApiRequest, snapshot: &Snapshot) -> Result<Plan, Refusal> {
        let call = &request.call;
        let name = call.name.as_str();
        match call.route.treatment {
            Treatment::Local | Treatment::Aggregate | Treatment::Broadcast => Ok(Plan::Local),
            Treatment::AnyNode => owner::any(snapshot, name).map(Plan::One),
            Treatment::Container => self.of_container(request, snapshot),
            Treatment::Exec => {
                let unknown = || Err(Refusal::not_found(format!("No such exec instance: {name}")));
                let to = owner::exec(snapshot, name).unwrap_or_else(unknown)?;
                Ok(tunnel_or_one(request, to))
            }
            Treatment::Image => owner::image(snapshot, name).map(Plan::One),
            Treatment::Network => owner::network(snapshot, name).map(Plan::One),
            Treatment::Volume => owner::volume(snapshot, name).map(Plan::One),
            Treatment::Schedule if call.route.operation == Operation::ContainerCreate => {
                self.create(request, snapshot)
            }
            Treatment::Schedule => Ok(Plan::Local),
            Treatment::OutsideSwarmMode => Err(Refusal::unavailable(OUTSIDE_SWARM_MODE)),
            Treatment::NotImplemented => Err(Refusal::new(
                swarm_middleware::api::RefusalKind::NotImplemented,
                format!("{} {} is not supported by this endpoint", call.route.method, call.route.pattern),
            )),
        }
    }

    fn of_container(&self, request: &ApiRequest, snapshot: &Snapshot) -> Result<Plan, Refusal> {
        let call = &request.call;
        if call.route.operation == Operation::Commit {
            let name = call.query.get("container").unwrap_or_default();
            return owner::container(snapshot, &name).map(Plan::One);
        }
        let to = owner::container(snapshot, &call.name)?;
        Ok(tunnel_or_one(request, to))
    }

    fn create(&self, request: &ApiRequest, snapshot: &Snapshot) -> Result<Plan, Refusal> {
        let body: Value = serde_json::from_slice(request.payload.bytes())
            .map_err(|error| Refusal::bad_input(format!("invalid JSON: {error}")))?;
        let call = &request.call;
        let name = call.query.get("name");
        let platform = call.query.get("platform");
        let api = call.version.unwrap_or(swarm_middleware::api::ApiVersion::v1(u16::MAX));
        todo_intake()
    }
}
