//! A cluster for tests, made of what engines would say.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use swarm_middleware::address::Address;
use swarm_middleware::api::ApiVersion;
use swarm_middleware::forward::{PoolOptions, Upstream};

use crate::cluster::{
    Change, ClusterState, Container, EngineFacts, EngineStatus, FromEngine, NodeContext, NodeKey,
    Snapshot,
};
use crate::config::Names;
use crate::scheduler::WorkloadOptions;

/// Builds snapshots; node `n1` listens at `10.0.0.1:2375`, and so on.
#[derive(Debug, Default)]
pub(crate) struct Lab {
    state: ClusterState,
    names: Names,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The classic face: names with their node only.
    pub(crate) fn classic() -> Self {
        let names = Names::Node;
        Self {
            names,
            ..Self::default()
        }
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        self.state.snapshot()
    }

    pub(crate) fn apply(&mut self, node: u32, change: Change) {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        self.state.apply(NodeKey(node), change, now);
    }

    /// An engine that discovery named and that has not answered yet.
    pub(crate) fn join(&mut self, node: u32) {
        let address: Address = format!("10.0.0.{node}:2375").parse().unwrap();
        let upstream = Upstream::new(address.clone(), None, &PoolOptions::default());
        let upstream = Arc::new(upstream);
        self.apply(node, Change::Joined { address, upstream });
    }

    /// A healthy engine with 4 CPUs and 8 GiB; `edit` changes what it says of itself.
    pub(crate) fn engine(&mut self, node: u32, edit: impl FnOnce(&mut EngineFacts)) {
        let labels = [("storage".to_owned(), format!("ssd{node}"))];
        let mut facts = EngineFacts {
            engine_id: format!("ID{node}").into(),
            name: format!("n{node}").into(),
            ip: format!("10.0.0.{node}").into(),
            ipv6: None,
            server_version: "20.10.24".into(),
            api: ApiVersion::v1(41),
            min_api: ApiVersion::v1(12),
            cpus: 4,
            memory: 8 << 30,
            os_type: "linux".into(),
            architecture: "x86_64".into(),
            labels: Arc::new(labels.into()),
            experimental: false,
            info: "{}".into(),
        };
        edit(&mut facts);
        self.join(node);
        self.apply(node, Change::Facts(Arc::new(facts)));
        self.status(node, EngineStatus::Healthy, None);
    }

    pub(crate) fn status(&mut self, node: u32, status: EngineStatus, error: Option<&str>) {
        let error = error.map(Into::into);
        let change = Change::Status {
            status,
            error,
            failures: 0,
            degree: 100,
        };
        self.apply(node, change);
    }

    /// A container from its list entry and, where given, its inspect.
    pub(crate) fn container(&mut self, node: u32, entry: &Value, inspect: Option<&Value>) {
        let context = NodeContext {
            key: NodeKey(node),
            name: format!("n{node}").into(),
            ip: format!("10.0.0.{node}").into(),
            ipv6: None,
            names: self.names,
            workload: WorkloadOptions::default(),
        };
        let container = Container::from_engine(&raw(entry), inspect, &context).unwrap();
        self.apply(node, Change::Upsert(vec![Arc::new(container)]));
    }

    pub(crate) fn images(&mut self, node: u32, list: &Value) {
        self.apply(node, Change::Images(read(list)));
    }

    pub(crate) fn networks(&mut self, node: u32, list: &Value) {
        self.apply(node, Change::Networks(read(list)));
    }

    pub(crate) fn volumes(&mut self, node: u32, list: &Value) {
        self.apply(node, Change::Volumes(read(list)));
    }

    /// A running container called `name` with a made-up id, and what `edit` adds to its entry.
    pub(crate) fn run(&mut self, node: u32, name: &str, created: i64, edit: Value) {
        let mut entry = json!({
            "Id": id_of(name),
            "Names": [format!("/{name}")],
            "Image": "busybox",
            "ImageID": "sha256:520e",
            "Created": created,
            "Ports": [],
            "Labels": {},
            "State": "running",
            "Status": "Up 1 second",
            "NetworkSettings": {"Networks": {}},
            "Mounts": [],
        });
        let Value::Object(edit) = edit else {
            panic!("{edit}")
        };
        for (key, value) in edit {
            entry[key] = value;
        }
        self.container(node, &entry, None);
    }
}

/// 64 digits that begin with the name's bytes.
pub(crate) fn id_of(name: &str) -> String {
    let hex: String = name.bytes().map(|b| format!("{b:02x}")).collect();
    format!("{hex:0<64}")
}

/// The body of a recorded answer of an engine.
pub(crate) fn recorded(name: &str) -> Value {
    recording(name)["body"].take()
}

/// The lines of a recorded stream of an engine.
pub(crate) fn recorded_lines(name: &str) -> Vec<Value> {
    recording(name)["lines"].as_array().unwrap().clone()
}

fn recording(name: &str) -> Value {
    let path = format!("{}/fixtures/engine/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn raw(value: &Value) -> Box<RawValue> {
    to_raw_value(value).unwrap()
}

fn read<T: FromEngine>(list: &Value) -> Vec<Arc<T>> {
    let items = list.as_array().unwrap().iter();
    items
        .map(|item| Arc::new(T::from_engine(&raw(item)).unwrap()))
        .collect()
}
