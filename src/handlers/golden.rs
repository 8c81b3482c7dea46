//! What engines really answered, as the endpoint shows it, held against `fixtures/golden`.
//!
//! `BLESS=1 cargo test golden` writes the files anew; the difference is then there to be read.

use jiff::Timestamp;
use serde_json::{Value, json};
use swarm_middleware::api::{ApiVersion, Filters, Query};

use super::NodeCard;
use super::containers::{inspect, list};
use super::images::list::ImageQuery;
use super::system::events::EventQuery;
use super::system::info::{InfoContext, InfoRenderer, Role};
use super::testing::{Lab, recorded, recorded_lines};
use crate::cluster::{EngineStatus, NodeKey};
use crate::config::{Networks, Volumes};
use crate::engine::EngineEvent;

/// Two engines that answer what was recorded; the second is down.
fn lab() -> Lab {
    let mut lab = Lab::new();
    for node in [1, 2] {
        lab.engine(node, |facts| {
            facts.info = recorded("info").to_string().into()
        });
        lab.images(node, &recorded("images-list"));
        lab.networks(node, &recorded("networks-list"));
        lab.volumes(node, &recorded("volumes-list")["Volumes"]);
        for name in [
            "containers-list",
            "containers-list-paused",
            "containers-list-networks",
        ] {
            for mut entry in recorded(name).as_array().unwrap().clone() {
                let id = entry["Id"].as_str().unwrap();
                entry["Id"] = Value::String(format!("{node}{}", &id[1..]));
                lab.container(node, &entry, None);
            }
        }
    }
    lab.status(2, EngineStatus::Unhealthy, Some("connection refused"));
    lab
}

fn now() -> Timestamp {
    Timestamp::from_second(1_795_359_600).unwrap()
}

/// Compares with the golden file of that name.
fn check(name: &str, body: &[u8]) {
    let values = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
    let pretty =
        |value: serde_json::Result<Value>| serde_json::to_string_pretty(&value.unwrap()).unwrap();
    let shown: String = values.map(|value| pretty(value) + "\n").collect();
    let path = format!("{}/fixtures/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &shown).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    assert!(golden == shown, "{path} differs:\n{shown}");
}

#[test]
fn containers() {
    let lab = lab();
    let query = list::ListQuery {
        all: true,
        ..list::ListQuery::default()
    };
    let chunks = list::render(lab.snapshot(), &query, now().as_second()).unwrap();
    check("containers-list", &chunks.collect::<Vec<_>>().concat());
}

#[test]
fn container() {
    let lab = lab();
    let engine = lab.snapshot().engine(NodeKey(1)).unwrap();
    let body = recorded("container-inspect").to_string();
    let shown = inspect::render(body.as_bytes(), &NodeCard::of(engine)).unwrap();
    check("container-inspect", &shown);
}

#[test]
fn images_networks_and_volumes() {
    let lab = lab();
    let snapshot = lab.snapshot();
    let none = Filters::default();
    let shown = super::images::list::render(snapshot, &ImageQuery::default(), now()).unwrap();
    check("images-list", &shown);
    let shown = super::networks::list::render(snapshot, &none, Networks::Plain).unwrap();
    check("networks-list", &shown);
    let shown = super::volumes::list::render(snapshot, &none, Volumes::Placed).unwrap();
    check("volumes-list", &shown);
}

#[test]
fn info() {
    let filters = ["health", "port", "containerslots"].map(str::to_owned);
    let context = InfoContext {
        id: "CLUSTER",
        name: "manager",
        role: &Role::Primary,
        strategy: "spread",
        filters: &filters,
        overcommit: 0.05,
        debug: false,
        listeners: 0,
    };
    let renderer = InfoRenderer::default();
    let body = renderer.render(lab().snapshot(), &context, ApiVersion::v1(41), now());
    let mut info: Value = serde_json::from_slice(&body).unwrap();
    let version = info["ServerVersion"].take();
    assert_eq!(version, format!("swarm/{}", env!("CARGO_PKG_VERSION")));
    info["ServerVersion"] = json!("swarm/VERSION");
    check("info", info.to_string().as_bytes());
}

#[test]
fn events() {
    let lab = lab();
    let engine = lab.snapshot().engine(NodeKey(1)).unwrap();
    let card = NodeCard::of(engine);
    for (version, name) in [(41, "events"), (52, "events-1.52")] {
        let query = EventQuery::parse(&Query::default(), ApiVersion::v1(version), None, now());
        let query = query.unwrap();
        let line = |event: &Value| {
            let event = EngineEvent::parse(NodeKey(1), event.to_string().into()).unwrap();
            query.render(&event, &card).unwrap()
        };
        let lines: Vec<_> = recorded_lines("events").iter().map(line).collect();
        check(name, &lines.concat());
    }
}
