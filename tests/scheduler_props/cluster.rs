//! Clusters and creates of every kind, for properties to hold over.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};
use swarm::scheduler::strategy::StrategyName;
use swarm::scheduler::{Networks, Node, Resources, Spec, SpecOptions};
use swarm_middleware::api::ApiVersion;

pub(crate) const CPU: i64 = 1_000_000_000;

#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) up: (bool, bool, bool),
    pub(crate) degree: u8,
    pub(crate) size: (i64, i64),
    pub(crate) storage: &'static str,
    pub(crate) slots: Option<u8>,
    pub(crate) objects: (bool, bool),
    pub(crate) creates: Vec<Value>,
}

impl Machine {
    /// Healthy, with nothing on it and nothing special about it.
    pub(crate) fn plain() -> Self {
        Self {
            up: (true, true, false),
            degree: 100,
            size: (4, 1000),
            storage: "ssd",
            slots: None,
            objects: (false, false),
            creates: Vec::new(),
        }
    }

    pub(crate) fn node(&self, number: usize) -> Node {
        let name = format!("node-{number}");
        let mut node = Node::new(
            format!("ID{number}|{name}:2375"),
            name.as_str(),
            "addr",
            "10.0.0.1",
        );
        (node.healthy, node.settled, node.paused) = self.up;
        node.health_degree = self.degree;
        (node.os, node.architecture) = ("linux".into(), "x86_64".into());
        node.capacity = Resources {
            nano_cpus: self.size.0 * CPU,
            memory: self.size.1,
        };
        let mut labels = vec![("storage".to_owned(), self.storage.to_owned())];
        labels.extend(
            self.slots
                .map(|slots| ("containerslots".to_owned(), slots.to_string())),
        );
        node.set_labels(Arc::new(labels.into_iter().collect()));
        if self.objects.0 {
            node.volumes = Arc::new([Arc::from("data")].into_iter().collect());
        }
        if self.objects.1 {
            let mut networks = Networks::default();
            networks.insert_local("back", &format!("{number:064x}"));
            node.networks = Arc::new(networks);
        }
        for (at, create) in self.creates.iter().enumerate() {
            let id = format!("{number:04x}{at:060x}");
            node.insert(Arc::new(spec(create).workload(id)));
        }
        node
    }
}

pub(crate) fn machine() -> impl Strategy<Value = Machine> {
    let up = (
        prop::bool::weighted(0.9),
        prop::bool::weighted(0.95),
        prop::bool::weighted(0.1),
    );
    let objects = (prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    let slots = prop::option::weighted(0.2, 0_u8..5);
    let storage = prop::sample::select(vec!["ssd", "disk"]);
    let creates = prop::collection::vec(create(), 0..4);
    (
        up,
        0_u8..=100,
        (1_i64..8, 100_i64..2000),
        storage,
        slots,
        objects,
        creates,
    )
        .prop_map(
            |(up, degree, size, storage, slots, objects, creates)| Machine {
                up,
                degree,
                size,
                storage,
                slots,
                objects,
                creates,
            },
        )
}

pub(crate) fn cluster() -> impl Strategy<Value = Vec<Node>> {
    prop::collection::vec(machine(), 0..7).prop_map(|machines| {
        machines
            .iter()
            .enumerate()
            .map(|(number, machine)| machine.node(number))
            .collect()
    })
}

pub(crate) fn wish() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "constraint:storage==ssd",
        "constraint:storage!=ssd",
        "constraint:node==/node-[0-3]/",
        "constraint:storage==~disk",
        "affinity:role==web",
        "affinity:role!=web",
        "affinity:role==~db",
        "affinity:image!=busybox",
        "whitelist:node==node-0|node-2|node-4",
        "whitelist:node==~node-1",
    ])
}

/// A create body with a bit of everything.
pub(crate) fn create() -> impl Strategy<Value = Value> {
    let port = prop::option::weighted(0.3, prop::sample::select(vec!["80", "81", "80-82"]));
    let memory = prop::sample::select(vec![0_i64, 0, 100, 500, 1000]);
    let cpus = prop::sample::select(vec![0_i64, 0, CPU / 2, 2 * CPU]);
    let wishes = prop::collection::vec(wish(), 0..3);
    let role = prop::sample::select(vec!["web", "db", "other"]);
    let volume = prop::bool::weighted(0.2);
    let network = prop::bool::weighted(0.2);
    (port, memory, cpus, wishes, role, volume, network).prop_map(
        |(port, memory, cpus, wishes, role, volume, network)| {
            let mut host = json!({"Memory": memory, "NanoCpus": cpus});
            if let Some(port) = port {
                host["PortBindings"] = json!({"80/tcp": [{"HostPort": port}]});
            }
            if volume {
                host["Binds"] = json!(["data:/data"]);
            }
            if network {
                host["NetworkMode"] = json!("back");
            }
            json!({"Image": "busybox", "Env": wishes, "Labels": {"role": role}, "HostConfig": host})
        },
    )
}

pub(crate) fn spec(body: &Value) -> Spec {
    Spec::parse(
        None,
        None,
        ApiVersion::v1(41),
        body,
        &SpecOptions::default(),
    )
    .expect("a sound create")
}

pub(crate) fn strategy() -> impl Strategy<Value = StrategyName> {
    prop::sample::select(StrategyName::ALL.to_vec())
}
