//! `POST /containers/X/update`: what a container reserves may not outgrow its node.

use http::Response;
use serde_json::Value;
use swarm_middleware::api::{ApiRequest, Refusal};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;

use crate::handlers::{Context, forwarded};
use crate::placement::Destination;
use crate::scheduler::{Node, Workload};

/// Updates a container, unless its node would be reserved beyond its capacity.
///
/// # Errors
/// A conflict that says what would not fit.
pub async fn update(
    context: &Context,
    request: ApiRequest,
    to: Destination,
) -> Result<Response<Body>, Error> {
    let body: Value = serde_json::from_slice(request.payload.bytes()).unwrap_or_default();
    let overcommit = context.driver.scheduler().overcommit();
    let node = &to.engine.node;
    if let Some(now) = to.container.as_ref().and_then(|id| node.get(id)) {
        fits(node, now, &body, overcommit).map_err(Error::Handler)?;
    }
    forwarded::forward(context, request, to).await
}

/// Whether the node has room for what the container would reserve more.
fn fits(node: &Node, now: &Workload, body: &Value, overcommit: f64) -> Result<(), Refusal> {
    let (allowed, reserved) = (node.allowance(overcommit), node.reserved());
    let wanted = |key: &str| body[key].as_i64().filter(|amount| *amount > 0);
    let checks = [
        (
            "memory",
            wanted("Memory"),
            now.memory,
            reserved.memory,
            allowed.memory,
            "bytes",
        ),
        (
            "CPUs",
            wanted("NanoCpus"),
            now.nano_cpus,
            reserved.nano_cpus,
            allowed.nano_cpus,
            "nano-CPUs",
        ),
    ];
    for (what, wanted, had, reserved, allowed, unit) in checks {
        let Some(wanted) = wanted else { continue };
        let after = reserved.saturating_sub(had).saturating_add(wanted);
        if wanted > had && after > allowed {
            return Err(Refusal::conflict(format!(
                "node {} has not enough {what}: {after} of {allowed} {unit} would be reserved",
                node.name
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::scheduler::Resources;

    #[test]
    fn only_growth_beyond_the_node_is_refused() {
        let mut node = Node::new("id", "node-1", "a:1", "10.0.0.1");
        node.capacity = Resources {
            nano_cpus: 2_000_000_000,
            memory: 1000,
        };
        let now = Workload {
            id: "a".into(),
            memory: 400,
            ..Workload::default()
        };
        node.insert(Arc::new(now.clone()));
        node.insert(Arc::new(Workload {
            id: "b".into(),
            memory: 500,
            ..Workload::default()
        }));
        let update = |body| fits(&node, &now, &body, 0.0);
        assert!(update(json!({"Memory": 500})).is_ok());
        assert!(update(json!({"Memory": 501})).is_err());
        assert!(update(json!({"NanoCpus": 2_000_000_001_i64})).is_err());
        assert!(update(json!({"Memory": 300, "RestartPolicy": {"Name": "no"}})).is_ok());
    }
}
