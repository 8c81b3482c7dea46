//! Containers' addresses and ports.

use serde_json::{Map, Value, json};

use crate::state::{Container, Endpoint, Port};

pub(super) fn network_settings(container: &Container) -> Value {
    let first = container
        .endpoints
        .iter()
        .find(|endpoint| endpoint.network == "bridge");
    let bridge = first.map(|endpoint| endpoint_value(container, endpoint, true));
    let of = |key: &str, empty: Value| bridge.as_ref().map_or(empty, |bridge| bridge[key].clone());
    let mut ports = Map::new();
    for port in &container.ports {
        let slot = ports
            .entry(format!("{}/{}", port.private, port.protocol))
            .or_insert(Value::Null);
        for (address, number) in port
            .public
            .iter()
            .flat_map(|(address, number)| twins(address, *number))
        {
            if slot.is_null() {
                *slot = json!([]);
            }
            if let Value::Array(bindings) = slot {
                bindings.push(json!({ "HostIp": address, "HostPort": number.to_string() }));
            }
        }
    }
    let sandbox = if container.started.is_some() {
        container.id.as_str()
    } else {
        ""
    };
    let key = sandbox.get(..12).map_or(String::new(), |short| {
        format!("/var/run/docker/netns/{short}")
    });
    json!({
        "SandboxID": sandbox,
        "SandboxKey": key,
        "Ports": ports,
        "EndpointID": of("EndpointID", "".into()),
        "Gateway": of("Gateway", "".into()),
        "IPAddress": of("IPAddress", "".into()),
        "IPPrefixLen": of("IPPrefixLen", 0.into()),
        "MacAddress": of("MacAddress", "".into()),
        "Networks": networks(container, true),
    })
}

pub(super) fn networks(container: &Container, aliases: bool) -> Value {
    let entry = |endpoint: &Endpoint| {
        (
            endpoint.network.clone(),
            endpoint_value(container, endpoint, aliases),
        )
    };
    Value::Object(container.endpoints.iter().map(entry).collect())
}

fn endpoint_value(container: &Container, endpoint: &Endpoint, aliases: bool) -> Value {
    let octets = endpoint.address.map(|address| address.octets());
    let aliases = aliases && !endpoint.aliases.is_empty();
    json!({
        "IPAMConfig": null,
        "Links": null,
        "Aliases": if aliases { json!(endpoint.aliases) } else { Value::Null },
        "NetworkID": endpoint.network_id,
        "EndpointID": if container.is_up() { endpoint.endpoint_id.as_str() } else { "" },
        "Gateway": octets.map_or(String::new(), |[a, b, ..]| format!("{a}.{b}.0.1")),
        "IPAddress": endpoint.address.map_or(String::new(), |address| address.to_string()),
        "IPPrefixLen": if octets.is_some() { 16 } else { 0 },
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "MacAddress": octets.map_or(String::new(), |[a, b, c, d]| format!("02:42:{a:02x}:{b:02x}:{c:02x}:{d:02x}")),
        "DriverOpts": null,
    })
}

/// A wildcard address is published for both families.
fn twins(address: &str, port: u16) -> Vec<(String, u16)> {
    let mut all = vec![(address.to_owned(), port)];
    if address == "0.0.0.0" {
        all.push(("::".to_owned(), port));
    }
    all
}

pub(super) fn port_entries(port: &Port) -> Vec<Value> {
    match &port.public {
        None => vec![json!({ "PrivatePort": port.private, "Type": port.protocol })],
        Some((address, number)) => {
            let entry = |(address, number)| json!({ "IP": address, "PrivatePort": port.private, "PublicPort": number, "Type": port.protocol });
            twins(address, *number).into_iter().map(entry).collect()
        }
    }
}
