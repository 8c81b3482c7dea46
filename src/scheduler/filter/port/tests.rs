use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::scheduler::testing::{container, node, spec};
use crate::scheduler::{Workload, WorkloadOptions};

fn publish(ip: &str, port: &str, container_port: &str) -> Spec {
    spec(
        json!({"HostConfig": {"PortBindings": {container_port: [{"HostIp": ip, "HostPort": port}]}}}),
    )
}

fn accepts(spec: &Spec, node: &Node) -> bool {
    Port.accepts(spec, node, Soft::Binding)
}

#[test]
fn a_held_port_turns_the_node_away_until_released() {
    let want = publish("", "80", "80/tcp");
    let mut node = node("a");
    assert!(accepts(&want, &node));
    node.insert(Arc::new(want.workload("l1")));
    assert!(!accepts(&want, &node));
    assert!(accepts(&publish("", "81", "80/tcp"), &node));
    node.remove("l1");
    assert!(accepts(&want, &node));
}

#[test]
fn protocols_do_not_collide() {
    let node = node("a").with(Arc::new(publish("", "53", "53/udp").workload("dns")));
    assert!(accepts(&publish("", "53", "53/tcp"), &node));
    assert!(!accepts(&publish("", "53", "53/udp"), &node));
}

#[test]
fn addresses_collide_when_equal_or_wild() {
    let node = node("a").with(Arc::new(publish("10.0.0.1", "80", "80/tcp").workload("w")));
    assert!(accepts(&publish("10.0.0.2", "80", "80/tcp"), &node));
    for ip in ["10.0.0.1", "", "0.0.0.0", "::"] {
        assert!(!accepts(&publish(ip, "80", "80/tcp"), &node), "{ip}");
    }
    let wild = crate::scheduler::testing::node("b")
        .with(Arc::new(publish("0.0.0.0", "80", "80/tcp").workload("w")));
    assert!(!accepts(&publish("10.0.0.2", "80", "80/tcp"), &wild));
}

#[test]
fn a_range_needs_one_free_port_and_ephemeral_ports_none() {
    let range = publish("", "8000-8001", "80/tcp");
    let mut node = node("a");
    node.insert(Arc::new(range.workload("1")));
    assert!(accepts(&range, &node));
    assert!(
        !accepts(&publish("", "8000", "80/tcp"), &node),
        "the lowest is taken"
    );
    node.insert(Arc::new(range.workload("2")));
    assert!(!accepts(&range, &node));
    node.remove("1");
    assert!(accepts(&publish("", "8000", "80/tcp"), &node));
    for ephemeral in ["", "0"] {
        assert!(accepts(&publish("", ephemeral, "80/tcp"), &node));
    }
}

#[test]
fn a_plain_port_is_served_before_a_range_that_could_take_it() {
    let both = spec(json!({"HostConfig": {"PortBindings": {
        "80/tcp": [{"HostPort": "8000-8001"}], "81/tcp": [{"HostPort": "8000"}]}}}));
    let mut node = node("a");
    assert!(accepts(&both, &node));
    node.insert(Arc::new(both.workload("l")));
    assert!(!accepts(&publish("", "8001", "80/tcp"), &node));
    node.remove("l");
    node.insert(Arc::new(publish("", "8001", "80/tcp").workload("m")));
    assert!(!accepts(&both, &node));
}

#[test]
fn a_stopped_container_keeps_its_port() {
    let inspect =
        json!({"HostConfig": {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "80"}]}}});
    let entry = json!({"Id": "c1", "State": "exited", "Ports": []});
    let stopped = Workload::from_engine(&entry, Some(&inspect), WorkloadOptions::default());
    let node = node("a").with(Arc::new(stopped));
    assert!(!accepts(&publish("", "80", "80/tcp"), &node));
}

#[test]
fn a_port_the_engine_chose_is_held_too() {
    let entry = json!({"Id": "c1", "Ports": [
        {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 49153, "Type": "tcp"},
        {"IP": "::", "PrivatePort": 80, "PublicPort": 49153, "Type": "tcp"}]});
    let mut node = node("a");
    node.insert(Arc::new(Workload::from_engine(
        &entry,
        None,
        WorkloadOptions::default(),
    )));
    assert!(!accepts(&publish("", "49153", "80/tcp"), &node));
    node.remove("c1");
    assert!(accepts(&publish("", "49153", "80/tcp"), &node));
}

#[test]
fn a_running_container_holds_one_port_of_its_range() {
    let entry = json!({"Id": "c1", "State": "running",
        "Ports": [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8001, "Type": "tcp"}]});
    let inspect = json!({"HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "8000-8001"}]}}});
    let running = Workload::from_engine(&entry, Some(&inspect), WorkloadOptions::default());
    let node = node("a").with(Arc::new(running));
    assert!(accepts(&publish("", "8000", "80/tcp"), &node));
    assert!(!accepts(&publish("", "8001", "80/tcp"), &node));
}

#[test]
fn sharers_of_the_host_network_collide_by_exposed_port() {
    let shared = |port: &str| {
        spec(json!({"HostConfig": {"NetworkMode": "host"}, "ExposedPorts": {port: {}}}))
    };
    let mut node = node("a");
    node.insert(Arc::new(shared("80/tcp").workload("h")));
    assert!(!accepts(&shared("80/tcp"), &node));
    assert!(!accepts(&shared("79-81/tcp"), &node));
    assert!(accepts(&shared("80/udp"), &node));
    assert!(accepts(
        &spec(json!({"ExposedPorts": {"80/tcp": {}}})),
        &node
    ));
    node.remove("h");
    node.insert(Arc::new(container(
        "x",
        json!({"Config": {"ExposedPorts": {"80/tcp": {}}}}),
    )));
    assert!(
        accepts(&shared("80/tcp"), &node),
        "a container behind the bridge exposes nothing on the host"
    );
}

#[test]
fn texts_name_address_port_and_protocol() {
    let texts = Port.describe(&publish("10.0.0.1", "8000-8010", "80/udp"));
    assert_eq!(texts, ["port 10.0.0.1:8000-8010/udp"]);
}
