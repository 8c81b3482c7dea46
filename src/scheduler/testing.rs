//! Small nodes, containers and create bodies for unit tests.
// Taking `json!(..)` by value keeps a `&` out of every line of every test.
#![allow(clippy::needless_pass_by_value)]

use std::sync::Arc;

use serde_json::{Value, json};
use swarm_middleware::api::ApiVersion;

use super::{Node, Resources, Spec, SpecError, SpecOptions, Workload, WorkloadOptions};

pub(crate) const GIB: i64 = 1 << 30;
pub(crate) const CPU: i64 = 1_000_000_000;

/// A healthy Linux machine of four CPUs and 8 GiB that runs nothing.
pub(crate) fn node(name: &str) -> Node {
    let addr = format!("{name}:2375");
    let mut node = Node::new(format!("ID-{name}|{addr}"), name, addr, "10.0.0.1");
    node.healthy = true;
    node.settled = true;
    node.os = "linux".into();
    node.architecture = "x86_64".into();
    node.api = (ApiVersion::v1(24), ApiVersion::v1(47));
    node.capacity = Resources {
        nano_cpus: 4 * CPU,
        memory: 8 * GIB,
    };
    node
}

pub(crate) fn labelled(name: &str, labels: &[(&str, &str)]) -> Node {
    let mut node = node(name);
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    node.set_labels(Arc::new(labels.iter().map(owned).collect()));
    node
}

/// A container as an engine reports it.
pub(crate) fn container(id: &str, inspect: Value) -> Workload {
    Workload::from_engine(
        &json!({"Id": id}),
        Some(&inspect),
        WorkloadOptions::default(),
    )
}

pub(crate) fn try_spec(body: Value) -> Result<Spec, SpecError> {
    Spec::parse(
        None,
        None,
        ApiVersion::v1(41),
        &body,
        &SpecOptions::default(),
    )
}

pub(crate) fn spec(body: Value) -> Spec {
    try_spec(body).unwrap()
}
