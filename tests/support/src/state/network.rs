//! Networks, and containers' places in them.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{container::Container, store::State};
use crate::error::{Outcome, Refusal};

/// A network; its containers are those with an endpoint in it.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) driver: String,
    pub(crate) created: Timestamp,
    /// The second number of 172.X.0.0/16; `host` and `none` have no addresses.
    pub(crate) subnet: Option<u8>,
    pub(crate) next_host: u16,
    /// The create body, for labels, options and flags.
    pub(crate) config: Map<String, Value>,
}

impl Network {
    pub(crate) fn is_predefined(&self) -> bool {
        matches!(self.name.as_str(), "bridge" | "host" | "none")
    }

    fn next_address(&mut self) -> Option<Ipv4Addr> {
        let subnet = self.subnet?;
        self.next_host = self.next_host.wrapping_add(1).max(2);
        let [high, low] = self.next_host.to_be_bytes();
        Some(Ipv4Addr::new(172, subnet, high, low))
    }
}

/// A container's place in a network; it has an address while the container runs.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) network: String,
    pub(crate) network_id: String,
    pub(crate) endpoint_id: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) address: Option<Ipv4Addr>,
}

impl Endpoint {
    pub(crate) fn new(network: &str, config: Option<&Value>) -> Self {
        let aliases = super::container::words(config.and_then(|config| config.get("Aliases")));
        Self {
            network: network.to_owned(),
            network_id: String::new(),
            endpoint_id: String::new(),
            aliases,
            address: None,
        }
    }
}

impl State {
    pub(crate) fn network(&self, name: &str) -> Outcome<&Network> {
        let found = self
            .networks
            .iter()
            .find(|network| network.name == name || network.id == name);
        let by_prefix = || {
            self.networks
                .iter()
                .find(|network| !name.is_empty() && network.id.starts_with(name))
        };
        found
            .or_else(by_prefix)
            .ok_or_else(|| Refusal::missing(format!("network {name} not found")))
    }

    pub(crate) fn create_network(&mut self, body: &Value, now: Timestamp) -> Outcome<String> {
        let name = body.get("Name").and_then(Value::as_str).unwrap_or_default();
        if name.is_empty() {
            return Err(Refusal::bad("network name cannot be empty"));
        }
        if self.networks.iter().any(|network| network.name == name) {
            return Err(Refusal::conflict(format!(
                "network with name {name} already exists"
            )));
        }
        let driver = match body.get("Driver").and_then(Value::as_str) {
            None | Some("") => "bridge",
            Some(driver) => driver,
        };
        match driver {
            "bridge" | "macvlan" | "ipvlan" => {}
            "overlay" => return Err(Refusal::failed(super::store::NOT_A_MANAGER)),
            other => return Err(Refusal::missing(format!("plugin \"{other}\" not found"))),
        }
        let id = self.add_network(
            name,
            driver,
            body.as_object().cloned().unwrap_or_default(),
            now,
        );
        Ok(id)
    }

    pub(crate) fn add_network(
        &mut self,
        name: &str,
        driver: &str,
        config: Map<String, Value>,
        now: Timestamp,
    ) -> String {
        let id = self.new_id();
        let subnet = (!matches!(driver, "host" | "null")).then(|| {
            self.subnets += 1;
            16 + self.subnets
        });
        self.networks.push(Network {
            id: id.clone(),
            name: name.to_owned(),
            driver: driver.to_owned(),
            created: now,
            subnet,
            next_host: 1,
            config,
        });
        self.network_event("create", &id, None);
        id
    }

    pub(crate) fn remove_network(&mut self, name: &str) -> Outcome<()> {
        let network = self.network(name)?;
        let (id, name) = (network.id.clone(), network.name.clone());
        if network.is_predefined() {
            return Err(Refusal::forbidden(format!(
                "{name} is a pre-defined network and cannot be removed"
            )));
        }
        if self.members(&name).next().is_some() {
            let message = format!(
                "error while removing network: network {name} id {id} has active endpoints"
            );
            return Err(Refusal::forbidden(message));
        }
        self.network_event("destroy", &id, None);
        self.networks.retain(|network| network.id != id);
        Ok(())
    }

    /// The running containers in a network.
    pub(crate) fn members<'a>(
        &'a self,
        network: &'a str,
    ) -> impl Iterator<Item = (&'a Container, &'a Endpoint)> {
        self.containers
            .iter()
            .filter(|container| container.is_up())
            .filter_map(move |container| {
                let endpoint = container
                    .endpoints
                    .iter()
                    .find(|endpoint| endpoint.network == network)?;
                Some((container, endpoint))
            })
    }

    pub(crate) fn connect(&mut self, network: &str, body: &Value) -> Outcome<()> {
        let network = self.network(network)?.name.clone();
        let wanted = body
            .get("Container")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let index = self.container_index(wanted)?;
        let container = &mut self.containers[index];
        if container
            .endpoints
            .iter()
            .any(|endpoint| endpoint.network == network)
        {
            let name = &container.name;
            return Err(Refusal::forbidden(format!(
                "endpoint with name {name} already exists in network {network}"
            )));
        }
        let mut endpoint = Endpoint::new(&network, body.get("EndpointConfig"));
        endpoint.aliases.push(container.id[..12].to_owned());
        container.endpoints.push(endpoint);
        if container.is_up() {
            self.bring_up(index, &network)?;
        }
        Ok(())
    }

    pub(crate) fn disconnect(&mut self, network: &str, body: &Value) -> Outcome<()> {
        let (network, id) = self
            .network(network)
            .map(|found| (found.name.clone(), found.id.clone()))?;
        let index = self.container_index(
            body.get("Container")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        )?;
        let container = &mut self.containers[index];
        let before = container.endpoints.len();
        container
            .endpoints
            .retain(|endpoint| endpoint.network != network);
        if container.endpoints.len() == before {
            let message = format!(
                "container {} is not connected to network {network}",
                container.id
            );
            return Err(Refusal::failed(message));
        }
        if container.is_up() {
            let container = container.id.clone();
            self.network_event("disconnect", &id, Some(&container));
        }
        Ok(())
    }

    /// Gives a starting container its address in one network.
    pub(crate) fn bring_up(&mut self, index: usize, network: &str) -> Outcome<()> {
        let endpoint_id = self.new_id();
        let missing = || Refusal::missing(format!("network {network} not found"));
        let found = self
            .networks
            .iter_mut()
            .find(|found| found.name == network || found.id == network);
        let found = found.ok_or_else(missing)?;
        let (id, name, address) = (found.id.clone(), found.name.clone(), found.next_address());
        let container = &mut self.containers[index];
        let container_id = container.id.clone();
        for endpoint in container
            .endpoints
            .iter_mut()
            .filter(|endpoint| endpoint.network == network)
        {
            endpoint.network.clone_from(&name);
            endpoint.network_id.clone_from(&id);
            endpoint.endpoint_id.clone_from(&endpoint_id);
            endpoint.address = address;
        }
        self.network_event("connect", &id, Some(&container_id));
        Ok(())
    }

    pub(crate) fn network_event(&mut self, action: &str, id: &str, container: Option<&str>) {
        let mut attributes = Map::new();
        if let Some(container) = container {
            attributes.insert("container".into(), container.into());
        }
        if let Some(network) = self.networks.iter().find(|network| network.id == id) {
            attributes.insert("name".into(), network.name.as_str().into());
            attributes.insert("type".into(), network.driver.as_str().into());
        }
        self.emit("network", action, id, attributes);
    }
}
