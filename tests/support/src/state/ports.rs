//! Publishing ports when a container starts.

use serde_json::Value;

use super::{container::Port, store::State};
use crate::error::{Outcome, Refusal};

impl State {
    /// The ports a starting container gets, or the engine's refusal when one is taken.
    pub(crate) fn allocate_ports(&mut self, index: usize) -> Outcome<Vec<Port>> {
        let spec = self.containers[index].spec.clone();
        let host = spec.network_mode() == "host" || spec.network_mode().starts_with("container:");
        let publish_all = spec
            .host
            .get("PublishAllPorts")
            .and_then(Value::as_bool)
            .unwrap_or(false);
        let mut ports = Vec::new();
        for exposed in if host { Vec::new() } else { spec.exposed() } {
            let (number, protocol) = exposed.split_once('/').unwrap_or((&exposed, "tcp"));
            let private: u16 = number
                .split('-')
                .next()
                .and_then(|number| number.parse().ok())
                .unwrap_or(0);
            let port = |public| Port {
                private,
                protocol: protocol.to_owned(),
                public,
            };
            let bindings = spec
                .host
                .get("PortBindings")
                .and_then(|bindings| bindings.get(&exposed));
            let bindings = bindings
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            if bindings.is_empty() && publish_all {
                ports.push(port(Some(("0.0.0.0".to_owned(), self.free_port()))));
            } else if bindings.is_empty() {
                ports.push(port(None));
            }
            for binding in &bindings {
                let public = self.bind(index, binding, protocol)?;
                ports.push(port(Some(public)));
            }
        }
        Ok(ports)
    }

    /// The address and port of one binding.
    fn bind(&mut self, index: usize, binding: &Value, protocol: &str) -> Outcome<(String, u16)> {
        let text = |key: &str| binding.get(key).and_then(Value::as_str).unwrap_or_default();
        let address = if text("HostIp").is_empty() {
            "0.0.0.0"
        } else {
            text("HostIp")
        };
        let first = text("HostPort").split('-').next();
        let wanted = first.and_then(|wanted| wanted.parse().ok()).unwrap_or(0);
        let public = if wanted == 0 {
            self.free_port()
        } else {
            wanted
        };
        if self.is_taken(address, public, protocol) {
            let endpoint = format!(
                "{} ({})",
                self.containers[index].name.clone(),
                self.new_id()
            );
            return Err(Refusal::failed(format!(
                "driver failed programming external connectivity on endpoint {endpoint}: Bind for {address}:{public} failed: port is already allocated"
            )));
        }
        Ok((address.to_owned(), public))
    }

    fn free_port(&mut self) -> u16 {
        self.next_port = if self.next_port < 49153 {
            49153
        } else {
            self.next_port.saturating_add(1)
        };
        self.next_port
    }

    fn is_taken(&self, address: &str, port: u16, protocol: &str) -> bool {
        let wild = |address: &str| matches!(address, "0.0.0.0" | "::");
        let up = self.containers.iter().filter(|container| container.is_up());
        up.flat_map(|container| &container.ports)
            .filter(|held| held.protocol == protocol)
            .any(|held| {
                held.public.as_ref().is_some_and(|(held, number)| {
                    *number == port && (held == address || wild(held) || wild(address))
                })
            })
    }
}
