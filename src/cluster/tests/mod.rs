//! The state as a whole: what goes in, what look-ups find.

mod lookup;
mod props;
mod shown;

use std::sync::Arc;
use std::time::SystemTime;

use serde_json::{Value, json};
use swarm_middleware::api::ApiVersion;
use swarm_middleware::forward::{PoolOptions, Upstream};

use super::*;
use crate::config::Names;
use crate::scheduler::WorkloadOptions;

fn context(key: u32) -> NodeContext {
    NodeContext {
        key: NodeKey(key),
        name: format!("n{key}").into(),
        ip: format!("10.0.0.{key}").into(),
        ipv6: None,
        names: Names::Both,
        workload: WorkloadOptions::default(),
    }
}

/// A 64-digit id that begins so.
fn id(start: &str) -> String {
    format!("{start:0<64}")
}

fn entry(id: &str, name: &str) -> Value {
    json!({"Id": id, "Names": [format!("/{name}")], "Image": "busybox", "ImageID": "sha256:1",
        "Created": 1000, "Labels": {}, "State": "running", "Status": "Up 1 second"})
}

fn read(key: u32, entry: &Value) -> Arc<Container> {
    let raw = serde_json::value::to_raw_value(entry).unwrap();
    Arc::new(Container::from_engine(&raw, None, &context(key)).unwrap())
}

fn facts(key: u32) -> Arc<EngineFacts> {
    Arc::new(EngineFacts {
        engine_id: format!("id{key}").into(),
        name: format!("n{key}").into(),
        ip: format!("10.0.0.{key}").into(),
        ipv6: None,
        server_version: "20.10".into(),
        api: ApiVersion::v1(41),
        min_api: ApiVersion::v1(12),
        cpus: 4,
        memory: 1 << 30,
        os_type: "linux".into(),
        architecture: "x86_64".into(),
        labels: Arc::default(),
        experimental: false,
        info: "{}".into(),
    })
}

fn join(state: &mut ClusterState, key: u32) {
    let address: swarm_middleware::address::Address = format!("10.0.0.{key}:2375").parse().unwrap();
    let upstream = Arc::new(Upstream::new(
        address.clone(),
        None,
        &PoolOptions::default(),
    ));
    apply(state, key, Change::Joined { address, upstream });
    apply(state, key, Change::Facts(facts(key)));
}

fn apply(state: &mut ClusterState, key: u32, change: Change) {
    state.apply(NodeKey(key), change, SystemTime::UNIX_EPOCH);
}

fn objects<T: FromEngine>(list: &[Value]) -> Vec<Arc<T>> {
    let one = |value| serde_json::value::to_raw_value(value).unwrap();
    let read = |value| Arc::new(T::from_engine(&one(value)).unwrap());
    list.iter().map(read).collect()
}
