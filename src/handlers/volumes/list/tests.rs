use serde_json::{Value, json};
use swarm_middleware::api::RefusalKind;

use super::*;
use crate::cluster::EngineStatus;
use crate::handlers::testing::{Lab, recorded};

fn try_list(lab: &Lab, filters: &Value, mode: Volumes) -> Result<Value, Refusal> {
    let filters = filters.to_string().parse().unwrap();
    let body = render(lab.snapshot(), &filters, mode)?;
    Ok(serde_json::from_slice(&body).unwrap())
}

fn shown(lab: &Lab, filters: &Value, mode: Volumes) -> String {
    let list = try_list(lab, filters, mode).unwrap();
    let volumes = list["Volumes"].as_array().unwrap().iter();
    volumes
        .map(|volume| volume["Name"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join(" ")
}

fn lab() -> Lab {
    let mut lab = Lab::new();
    for node in [1, 2] {
        lab.engine(node, |_| ());
        lab.volumes(node, &json!([
            {"Name": "data", "Driver": "local", "Scope": "local", "Labels": null},
            {"Name": format!("only{node}"), "Driver": "local", "Scope": "local", "Labels": {"k": "v"}, "New": [1]},
            {"Name": "wide", "Driver": "nfs", "Scope": "global", "Labels": {}},
        ]));
    }
    let mounts = json!([{"Type": "volume", "Name": "data", "Destination": "/d"}]);
    lab.run(1, "web", 1, json!({"Mounts": mounts}));
    lab
}

#[test]
fn names_are_plain_unless_they_are_ambiguous() {
    let lab = lab();
    let all = |mode| shown(&lab, &json!({}), mode);
    assert_eq!(all(Volumes::Placed), "n1/data only1 wide n2/data only2");
    assert_eq!(all(Volumes::All), "n1/data n1/only1 wide n2/data n2/only2");
}

#[test]
fn one_nodes_volumes_stay_as_its_engine_listed_them() {
    let mut lab = Lab::new();
    lab.engine(1, |_| ());
    let list = recorded("volumes-list");
    lab.volumes(1, &list["Volumes"]);
    assert_eq!(try_list(&lab, &json!({}), Volumes::Placed).unwrap(), list);
}

#[test]
fn filters_follow_the_engine() {
    let lab = lab();
    for (filters, expected) in [
        (json!({"name": ["only"]}), "only1 only2"),
        (json!({"name": ["n2/data"]}), "n2/data"),
        (json!({"driver": ["nfs"]}), "wide"),
        (json!({"label": ["k"]}), "only1 only2"),
        (json!({"node": ["n2"]}), "n2/data only2 wide"),
        (
            json!({"dangling": ["true"], "driver": ["local"]}),
            "only1 n2/data only2",
        ),
        (json!({"dangling": {"0": true}}), "n1/data"),
    ] {
        assert_eq!(
            shown(&lab, &filters, Volumes::Placed),
            expected,
            "{filters}"
        );
    }
    for (filters, message) in [
        (json!({"nope": ["x"]}), "invalid filter 'nope'"),
        (json!({"dangling": ["x"]}), "invalid filter 'dangling=[x]'"),
    ] {
        let refusal = try_list(&lab, &filters, Volumes::Placed).unwrap_err();
        assert_eq!(
            (refusal.kind, refusal.message.as_str()),
            (RefusalKind::BadInput, message)
        );
    }
}

#[test]
fn a_node_that_is_down_is_warned_of() {
    let mut lab = lab();
    assert_eq!(
        try_list(&lab, &json!({}), Volumes::Placed).unwrap()["Warnings"],
        Value::Null
    );
    lab.status(2, EngineStatus::Unhealthy, None);
    let list = try_list(&lab, &json!({}), Volumes::Placed).unwrap();
    let warning = "node n2 is Unhealthy: its volumes may be others now";
    assert_eq!(list["Warnings"], json!([warning]));
}

#[test]
fn an_inspect_has_the_name_of_the_list() {
    let lab = lab();
    let snapshot = lab.snapshot();
    for (reference, expected) in [
        ("n2/data", r#"{"Name":"n2/data","X":1.0}"#),
        ("only1", r#"{"Name":"data","X":1.0}"#),
    ] {
        let held = snapshot.volume(reference).unwrap()[0];
        let body = br#"{"Name":"data","X":1.0}"#;
        let shown = inspect(snapshot, held.engine, held.object, body, Volumes::Placed).unwrap();
        assert_eq!(shown, expected.as_bytes());
    }
}
