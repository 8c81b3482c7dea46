use serde_json::json;

use super::*;
use crate::cluster::EngineStatus;
use crate::handlers::testing::{Lab, recorded};

/// An engine's `/info`, with what `edit` changes.
fn engine_info(edit: &Value) -> bytes::Bytes {
    let mut info = recorded("info");
    for (name, value) in edit.as_object().unwrap() {
        info[name] = value.clone();
    }
    info.to_string().into()
}

fn render(renderer: &InfoRenderer, lab: &Lab, version: u16) -> Value {
    let filters = ["health", "port"].map(str::to_owned);
    let context = InfoContext {
        id: "CLUSTER",
        name: "manager-1",
        role: &Role::Primary,
        strategy: "spread",
        filters: &filters,
        overcommit: 0.05,
        debug: false,
        listeners: 2,
    };
    let now = "2026-11-22T15:00:00.5Z".parse().unwrap();
    let body = renderer.render(lab.snapshot(), &context, ApiVersion::v1(version), now);
    serde_json::from_slice(&body).unwrap()
}

fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.engine(2, |facts| {
        facts.info = engine_info(&json!({
            "SwapLimit": false,
            "Warnings": ["WARNING: No swap limit support"],
            "Runtimes": {"crun": {"path": "crun"}},
            "SecurityOptions": ["name=seccomp,profile=default", "name=rootless"],
            "New": {"x": [1]},
        }));
    });
    lab.engine(1, |facts| facts.info = engine_info(&json!({})));
    lab.run(1, "web", 1, json!({}));
    let inspect = json!({"HostConfig": {"Memory": 1 << 30, "NanoCpus": 1_000_000_000}});
    let entry = json!({"Id": "bb", "Names": ["/db"], "State": "exited", "Created": 2});
    lab.container(1, &entry, Some(&inspect));
    lab.images(1, &json!([{"Id": "sha256:a"}, {"Id": "sha256:b"}]));
    lab.images(2, &json!([{"Id": "sha256:a"}]));
    lab
}

#[test]
fn the_table_says_everything_of_every_node() {
    let mut lab = lab();
    lab.join(3);
    lab.status(3, EngineStatus::Pending, Some("connection refused"));
    let info = render(&InfoRenderer::default(), &lab, 41);
    let expected = json!([
        ["Role", "primary"],
        ["Strategy", "spread"],
        ["Filters", "health, port"],
        ["Nodes", "3"],
        [" 10.0.0.3:2375", "10.0.0.3:2375"],
        ["  └ ID", ""],
        ["  └ Status", "Pending"],
        ["  └ Containers", "0 (0 Running, 0 Paused, 0 Stopped)"],
        ["  └ Reserved CPUs", "0 / 0"],
        ["  └ Reserved Memory", "0 B / 0 B"],
        ["  └ Labels", ""],
        ["  └ Error", "connection refused"],
        ["  └ UpdatedAt", "2023-11-14T22:13:20Z"],
        ["  └ ServerVersion", ""],
        [" n1", "10.0.0.1:2375"],
        ["  └ ID", "ID1|10.0.0.1:2375"],
        ["  └ Status", "Healthy"],
        ["  └ Containers", "2 (1 Running, 0 Paused, 1 Stopped)"],
        ["  └ Reserved CPUs", "1 / 4"],
        ["  └ Reserved Memory", "1 GiB / 8.4 GiB"],
        ["  └ Labels", "storage=ssd1"],
        ["  └ UpdatedAt", "2023-11-14T22:13:20Z"],
        ["  └ ServerVersion", "20.10.24"],
        [" n2", "10.0.0.2:2375"],
        ["  └ ID", "ID2|10.0.0.2:2375"],
        ["  └ Status", "Healthy"],
        ["  └ Containers", "0 (0 Running, 0 Paused, 0 Stopped)"],
        ["  └ Reserved CPUs", "0 / 4"],
        ["  └ Reserved Memory", "0 B / 8.4 GiB"],
        ["  └ Labels", "storage=ssd2"],
        ["  └ UpdatedAt", "2023-11-14T22:13:20Z"],
        ["  └ ServerVersion", "20.10.24"],
    ]);
    assert_eq!(info["SystemStatus"], expected);
}

#[test]
fn sums_unions_and_what_all_nodes_can() {
    let info = render(&InfoRenderer::default(), &lab(), 41);
    for (name, value) in [
        ("ID", json!("CLUSTER")),
        ("Name", json!("manager-1")),
        ("ServerVersion", json!(SERVER_VERSION)),
        ("SystemTime", json!("2026-11-22T15:00:00.5Z")),
        ("Containers", json!(2)),
        ("ContainersRunning", json!(1)),
        ("ContainersStopped", json!(1)),
        ("Images", json!(2)),
        ("NCPU", json!(8)),
        ("MemTotal", json!(2 * 9_019_431_321_u64)),
        ("NEventsListener", json!(2)),
        ("MemoryLimit", json!(true)),
        ("SwapLimit", json!(false)),
        ("OSType", json!("linux")),
        ("Architecture", json!("x86_64")),
        ("Warnings", json!(["n2: WARNING: No swap limit support"])),
        (
            "SecurityOptions",
            json!(["name=rootless", "name=seccomp,profile=default"]),
        ),
        ("New", json!({"x": [1]})),
        ("Labels", json!([])),
    ] {
        let mut have = info[name].clone();
        if name == "SecurityOptions" {
            have.as_array_mut().unwrap().sort_by_key(Value::to_string);
        }
        assert_eq!(have, value, "{name}");
    }
    assert!(info["Runtimes"].get("crun").is_some() && info["Runtimes"].get("runc").is_some());
    assert_eq!(info["Swarm"]["LocalNodeState"], "inactive");
    let engine: Value = serde_json::from_slice(&engine_info(&json!({}))).unwrap();
    for name in engine.as_object().unwrap().keys() {
        assert!(info.get(name).is_some(), "{name}");
    }
}

#[test]
fn an_empty_cluster_has_every_field_too() {
    let info = render(&InfoRenderer::default(), &Lab::new(), 41);
    let engine: Value = serde_json::from_slice(&engine_info(&json!({}))).unwrap();
    for (name, value) in engine.as_object().unwrap() {
        let have = &info[name];
        let kind = std::mem::discriminant(have) == std::mem::discriminant(value);
        assert!(kind || value.is_null() || have.is_null(), "{name}: {have}");
    }
    assert_eq!(info["NCPU"], 0);
}

#[test]
fn what_is_remembered_follows_every_change() {
    let mut lab = lab();
    let renderer = InfoRenderer::default();
    let first = render(&renderer, &lab, 41);
    assert_eq!(render(&renderer, &lab, 41), first);
    lab.engine(2, |facts| {
        facts.info = engine_info(&json!({"PidsLimit": false}))
    });
    lab.run(2, "more", 3, json!({}));
    lab.images(2, &json!([{"Id": "sha256:c"}]));
    let info = render(&renderer, &lab, 41);
    assert_eq!(info, render(&InfoRenderer::default(), &lab, 41));
    assert_eq!(
        (&info["Images"], &info["PidsLimit"]),
        (&json!(3), &json!(false))
    );
    lab.apply(2, crate::cluster::Change::Left);
    let info = render(&renderer, &lab, 41);
    assert_eq!(info["SystemStatus"][3], json!(["Nodes", "1"]));
    assert_eq!(info["PidsLimit"], true);
}

#[test]
fn old_clients_find_what_they_look_for() {
    let info = render(&InfoRenderer::default(), &lab(), 21);
    assert_eq!(info["DriverStatus"][0], json!(["Role", "primary"]));
    assert_eq!(info["ExecutionDriver"], "<not supported>");
    let info = render(&InfoRenderer::default(), &lab(), 41);
    assert!(info.get("ExecutionDriver").is_none());
}
