//! `GET /containers/X/json`: the engine's answer, with the node it came from.

use serde_json::value::{RawValue, to_raw_value};

use crate::handlers::NodeCard;
use crate::json::RawObject;

/// Adds `Node` to an engine's inspect, and puts the node's IP where a port is bound to every address.
///
/// # Errors
/// When `body` is not a JSON object.
pub fn render(body: &[u8], node: &NodeCard<'_>) -> serde_json::Result<Vec<u8>> {
    let mut container = RawObject::parse(body)?;
    let settings = container
        .get("NetworkSettings")
        .and_then(|settings| with_reachable_ports(settings, node.ip));
    if let Some(settings) = settings {
        container.set("NetworkSettings", settings);
    }
    container.set("Node", to_raw_value(node)?);
    Ok(container.to_vec())
}

/// `NetworkSettings` with its `Ports` edited; none where nothing is to be edited.
fn with_reachable_ports(settings: &RawValue, ip: &str) -> Option<Box<RawValue>> {
    let mut settings = RawObject::parse(settings.get().as_bytes()).ok()?;
    let mut ports = RawObject::parse(settings.get("Ports")?.get().as_bytes()).ok()?;
    let edited: Vec<_> = ports
        .iter()
        .filter_map(|(port, bindings)| Some((port.to_owned(), reachable(bindings, ip)?)))
        .collect();
    if edited.is_empty() {
        return None;
    }
    for (port, bindings) in edited {
        ports.set(&port, bindings);
    }
    settings.set("Ports", ports.to_raw()?);
    settings.to_raw()
}

/// One port's bindings; the IPv4 and IPv6 wildcards are one address of the node.
fn reachable(bindings: &RawValue, ip: &str) -> Option<Box<RawValue>> {
    let bindings: Vec<RawObject<'_>> = serde_json::from_str(bindings.get()).ok()?;
    let mut shown: Vec<Box<RawValue>> = Vec::with_capacity(bindings.len());
    for mut binding in bindings {
        let host_ip: Option<String> = binding.read("HostIp");
        if matches!(host_ip.as_deref(), None | Some("" | "0.0.0.0" | "::")) {
            binding.set_str("HostIp", ip);
        }
        let binding = binding.to_raw()?;
        if !shown.iter().any(|have| have.get() == binding.get()) {
            shown.push(binding);
        }
    }
    to_raw_value(&shown).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn edited(body: &str) -> String {
        let labels = BTreeMap::from([("storage".to_owned(), "ssd".to_owned())]);
        let node = NodeCard {
            id: "AAAA|10.0.0.1:2375",
            ip: "10.0.0.1",
            addr: "10.0.0.1:2375",
            name: "node-1",
            cpus: 4,
            memory: 8_589_934_592,
            labels: &labels,
        };
        String::from_utf8(render(body.as_bytes(), &node).unwrap()).unwrap()
    }

    const NODE: &str = r#""Node":{"ID":"AAAA|10.0.0.1:2375","IP":"10.0.0.1","Addr":"10.0.0.1:2375","Name":"node-1","Cpus":4,"Memory":8589934592,"Labels":{"storage":"ssd"}}"#;

    #[test]
    fn every_wildcard_becomes_the_nodes_address_once() {
        let body = r#"{"Id":"a","NetworkSettings":{"X":1.0,"Ports":{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"},{"HostIp":"::","HostPort":"8080"}],"81/tcp":null,"82/udp":[{"HostIp":"127.0.0.1","HostPort":"82"},{"HostPort":"83"},{"HostIp":"","HostPort":"84","New":[ 1]}]},"Y":{}},"Name":"/web"}"#;
        let expected = format!(
            r#"{{"Id":"a","NetworkSettings":{{"X":1.0,"Ports":{{"80/tcp":[{{"HostIp":"10.0.0.1","HostPort":"8080"}}],"81/tcp":null,"82/udp":[{{"HostIp":"127.0.0.1","HostPort":"82"}},{{"HostPort":"83","HostIp":"10.0.0.1"}},{{"HostIp":"10.0.0.1","HostPort":"84","New":[ 1]}}]}},"Y":{{}}}},"Name":"/web",{NODE}}}"#
        );
        assert_eq!(edited(body), expected);
    }

    #[test]
    fn what_has_no_ports_only_gets_its_node() {
        for body in [
            r#"{"Id" : "a"}"#,
            r#"{"NetworkSettings":null}"#,
            r#"{"NetworkSettings":{"Ports":null,"Z" : 1}}"#,
            r#"{"NetworkSettings":{"Ports":{"80/tcp":"?"}}}"#,
        ] {
            let rest = body.strip_suffix('}').unwrap().replace(" : ", ":");
            let shown = edited(body).replace(" : ", ":");
            assert_eq!(shown, format!("{rest},{NODE}}}"));
        }
    }

    #[test]
    fn an_answer_that_is_no_object_is_an_error() {
        let labels = BTreeMap::new();
        let node = NodeCard {
            id: "",
            ip: "",
            addr: "",
            name: "",
            cpus: 0,
            memory: 0,
            labels: &labels,
        };
        assert!(render(b"[1]", &node).is_err());
    }
}
