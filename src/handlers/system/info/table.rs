//! The table of nodes: rows of two cells, which the docker CLI prints one a line.

use std::time::SystemTime;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cluster::EngineSnapshot;
use crate::handlers::system::units::{Cpus, Size};

const BILLION: f64 = 1e9;

/// CPUs and bytes that may be given out on a node; CPUs in whole ones.
pub(super) fn capacity(engine: &EngineSnapshot, overcommit: f64) -> (i64, u64) {
    let allowance = engine.node.allowance(overcommit);
    let memory = u64::try_from(allowance.memory).unwrap_or(0);
    (allowance.nano_cpus / 1_000_000_000, memory)
}

/// The rows of one node.
pub(super) fn rows(engine: &EngineSnapshot, overcommit: f64) -> Vec<Value> {
    let mut rows = vec![json!([format!(" {}", engine.name), &*engine.node.addr])];
    let mut row = |name: &str, value: String| {
        rows.push(json!([format!("  \u{2514} {name}"), value]));
    };
    let facts = engine.facts.as_deref();
    row(
        "ID",
        facts.map(|_| engine.id().to_string()).unwrap_or_default(),
    );
    row("Status", engine.status.to_string());
    let counts = engine.counts;
    row(
        "Containers",
        format!(
            "{} ({} Running, {} Paused, {} Stopped)",
            counts.total(),
            counts.running,
            counts.paused,
            counts.stopped
        ),
    );
    let reserved = engine.node.reserved();
    let (cpus, memory) = capacity(engine, overcommit);
    let reserved_cpus = Cpus(reserved.nano_cpus as f64 / BILLION);
    row("Reserved CPUs", format!("{reserved_cpus} / {cpus}"));
    let reserved_memory = Size(u64::try_from(reserved.memory).unwrap_or(0));
    row(
        "Reserved Memory",
        format!("{reserved_memory} / {}", Size(memory)),
    );
    let labels = engine
        .node
        .labels()
        .iter()
        .map(|(key, value)| format!("{key}={value}"));
    row("Labels", labels.collect::<Vec<_>>().join(", "));
    if let Some(error) = &engine.error {
        row("Error", error.to_string());
    }
    row("UpdatedAt", time(engine.updated_at));
    row(
        "ServerVersion",
        facts
            .map(|facts| facts.server_version.to_string())
            .unwrap_or_default(),
    );
    rows
}

/// RFC 3339, to the second.
fn time(at: SystemTime) -> String {
    let time = Timestamp::try_from(at).ok();
    let time = time.and_then(|time| Timestamp::from_second(time.as_second()).ok());
    time.map(|time| time.to_string()).unwrap_or_default()
}
