//! Networks.

use serde_json::{Map, Value, json};

use super::template::{NETWORKS, merge, odd};
use crate::state::{Network, State};

/// A network as lists and inspect show it; lists leave the containers out.
pub(crate) fn network(state: &State, network: &Network, members: bool) -> Value {
    let recorded = |name: &str| {
        NETWORKS
            .as_array()
            .and_then(|all| all.iter().find(|entry| entry["Name"] == name))
    };
    let known = recorded(&network.name).or_else(|| recorded("none"));
    let mut out = known.cloned().unwrap_or_else(|| json!({}));
    let given = |key: &str, default: Value| match network.config.get(key) {
        None | Some(Value::Null) => default,
        Some(value) => value.clone(),
    };
    merge(
        &mut out,
        json!({
            "Name": network.name,
            "Id": network.id,
            "Created": network.created.to_string(),
            "Driver": network.driver,
            "Labels": given("Labels", json!({})),
        }),
    );
    if !network.is_predefined() {
        let range = network.subnet.map(|subnet| json!({ "Subnet": format!("172.{subnet}.0.0/16"), "Gateway": format!("172.{subnet}.0.1") }));
        let ipam = json!({ "Driver": "default", "Options": null, "Config": range.into_iter().collect::<Vec<_>>() });
        merge(
            &mut out,
            json!({
                "IPAM": given("IPAM", ipam),
                "Internal": given("Internal", false.into()),
                "Attachable": given("Attachable", false.into()),
                "Options": given("Options", json!({})),
            }),
        );
    }
    let mut containers = Map::new();
    for (container, endpoint) in state.members(&network.name).filter(|_| members) {
        let octets = endpoint.address.map(|address| address.octets());
        containers.insert(container.id.clone(), json!({
            "Name": container.name,
            "EndpointID": endpoint.endpoint_id,
            "MacAddress": octets.map_or(String::new(), |[a, b, c, d]| format!("02:42:{a:02x}:{b:02x}:{c:02x}:{d:02x}")),
            "IPv4Address": endpoint.address.map_or(String::new(), |address| format!("{address}/16")),
            "IPv6Address": "",
        }));
    }
    merge(&mut out, json!({ "Containers": containers }));
    odd(&mut out, state.events.odd);
    out
}
