//! Where networks and volumes are made, and which engine joins a container to a network.

use serde_json::Value;
use swarm_middleware::api::{ApiRequest, Payload, Refusal};

use super::plan::{Destination, Plan};
use super::{Table, owner};
use crate::cluster::{LookupError, Snapshot};
use crate::config::{ClusterOptions, NetworkDriver};
use crate::handlers::system::offer::offer;
use crate::scheduler::{ClusterDriver, Spec, SpecOptions};

/// Who is asked where something new goes.
pub(super) struct Chooser<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) driver: &'a dyn ClusterDriver,
    pub(super) options: &'a ClusterOptions,
    pub(super) leases: &'a Table,
}

/// The JSON object of a request's body.
pub(super) fn body(request: &ApiRequest) -> Result<Value, Refusal> {
    let body: Value = serde_json::from_slice(request.payload.bytes())
        .map_err(|error| Refusal::bad_input(format!("invalid JSON: {error}")))?;
    match body.is_object() {
        true => Ok(body),
        false => Err(Refusal::bad_input(
            "invalid JSON: the body must be an object",
        )),
    }
}

impl Chooser<'_> {
    /// A new network: on the node that `node/name` says, else where the strategy puts it.
    pub(super) fn network(&self, request: &mut ApiRequest) -> Result<Plan, Refusal> {
        let mut body = body(request)?;
        let name = body["Name"].as_str().unwrap_or_default().to_owned();
        if self.options.network_driver == NetworkDriver::Overlay
            && body["Driver"].as_str().unwrap_or_default().is_empty()
        {
            body["Driver"] = self.options.network_driver.as_str().into();
        }
        let to = match self.on_named_node(&mut body, &name)? {
            Some(to) => Plan::One(to),
            None => match self.snapshot.network(&name) {
                Ok(held) if held.iter().any(|held| *held.object.name == *name) => {
                    let predefined = held.iter().all(|held| held.object.is_predefined());
                    if !predefined {
                        return Err(taken(&name));
                    }
                    // Every engine refuses these, each in its own words.
                    Plan::One(owner::any(self.snapshot, "")?)
                }
                Err(LookupError::AmbiguousName(_)) => return Err(taken(&name)),
                _ => Plan::Loose(self.by_strategy(request)?),
            },
        };
        replace(request, &body);
        Ok(to)
    }

    /// A new volume: one that exists is answered by the engine that has it.
    pub(super) fn volume(&self, request: &mut ApiRequest) -> Result<Plan, Refusal> {
        let mut body = if request.payload.bytes().is_empty() {
            Value::Object(serde_json::Map::new())
        } else {
            body(request)?
        };
        let name = body["Name"].as_str().unwrap_or_default().to_owned();
        let to = match self.on_named_node(&mut body, &name)? {
            Some(to) => Plan::One(to),
            None if name.is_empty() => Plan::Loose(self.by_strategy(request)?),
            None => match self.snapshot.volume(&name) {
                Ok(held) => match held.first() {
                    Some(held) => Plan::One(owner::reachable(held.engine, String::new())?),
                    None => Plan::Loose(self.by_strategy(request)?),
                },
                Err(LookupError::NotFound) => Plan::Loose(self.by_strategy(request)?),
                Err(error) => {
                    let message = format!("volume {name}: {error}; give node/name");
                    return Err(Refusal::conflict(message));
                }
            },
        };
        replace(request, &body);
        Ok(to)
    }

    /// The engine of the container that joins or leaves a network.
    pub(super) fn join(&self, request: &mut ApiRequest) -> Result<Destination, Refusal> {
        let mut body = body(request)?;
        let network = owner::rest_of(self.snapshot, &request.call.name).to_owned();
        let container = body["Container"].as_str().unwrap_or_default();
        let to = match owner::container(self.snapshot, container) {
            Ok(to) => to,
            // The engine that has the network says in its own words what is missing.
            Err(_) => owner::network(self.snapshot, &request.call.name)?,
        };
        if to.container.is_some() {
            body["Container"] = to.name.as_str().into();
        }
        replace(request, &body);
        Ok(Destination {
            name: network,
            ..to
        })
    }

    fn on_named_node(&self, body: &mut Value, name: &str) -> Result<Option<Destination>, Refusal> {
        let Some((engine, rest)) = self.snapshot.split_node(name) else {
            return Ok(None);
        };
        body["Name"] = rest.into();
        owner::reachable(engine, String::new()).map(Some)
    }

    fn by_strategy(&self, request: &ApiRequest) -> Result<Destination, Refusal> {
        let newest = || offer(self.snapshot).maximum;
        let version = request.call.version.unwrap_or_else(newest);
        let nothing = Value::Object(serde_json::Map::new());
        let spec = Spec::parse(None, None, version, &nothing, &SpecOptions::default())
            .map_err(|error| Refusal::bad_input(error.to_string()))?;
        let (_, engine) = super::decide(
            self.driver,
            self.snapshot,
            self.leases,
            &spec,
            fastrand::u64(..),
        )?;
        owner::reachable(&engine, String::new())
    }
}

fn taken(name: &str) -> Refusal {
    Refusal::conflict(format!("network with name {name} already exists"))
}

fn replace(request: &mut ApiRequest, body: &Value) {
    request.head.headers.remove(http::header::CONTENT_LENGTH);
    request.payload = Payload::Buffered(body.to_string().into());
}
