use serde_json::{Value, json};
use swarm_middleware::api::RefusalKind;

use super::*;
use crate::handlers::networks::inspect;
use crate::handlers::testing::{Lab, recorded};

fn try_list(lab: &Lab, filters: &Value, names: Networks) -> Result<Vec<Value>, Refusal> {
    let filters = filters.to_string().parse().unwrap();
    let body = render(lab.snapshot(), &filters, names)?;
    Ok(serde_json::from_slice(&body).unwrap())
}

fn shown(lab: &Lab, filters: &Value) -> String {
    let list = try_list(lab, filters, Networks::Plain).unwrap();
    list.iter()
        .map(|network| network["Name"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join(" ")
}

fn network(name: &str, id: &str, more: &Value) -> Value {
    let mut network = json!({"Name": name, "Id": id, "Scope": "local", "Driver": "bridge", "Containers": {}, "Labels": {}});
    for (key, value) in more.as_object().unwrap() {
        network[key] = value.clone();
    }
    network
}

fn lab() -> Lab {
    let mut lab = Lab::new();
    for node in [1, 2] {
        lab.engine(node, |_| ());
        let id = |name: &str| format!("{name}{node}");
        let container = json!({"Containers": {format!("c{node}"): {"Name": "x"}}});
        lab.networks(node, &json!([
            network("bridge", &id("aaa"), &container),
            network("host", &id("bbb"), &json!({"Driver": "host"})),
            network("p_back", &id("ccc"), &json!({"New": [1]})),
            network(&format!("only{node}"), &id("ddd"), &json!({"Labels": {"k": "v"}})),
            network("wide", "eee", &json!({"Scope": "swarm", "Driver": "overlay", "Containers": container["Containers"]})),
        ]));
    }
    lab.run(
        1,
        "web",
        1,
        json!({"NetworkSettings": {"Networks": {"only1": {"NetworkID": "ddd1"}}}}),
    );
    lab
}

#[test]
fn what_every_node_has_is_shown_once_and_what_is_ambiguous_with_its_node() {
    let lab = lab();
    assert_eq!(
        shown(&lab, &json!({})),
        "bridge host n1/p_back only1 wide n2/p_back only2"
    );
    let list = try_list(&lab, &json!({"name": ["bridge", "wide"]}), Networks::Plain).unwrap();
    let both = json!({"c1": {"Name": "x"}, "c2": {"Name": "x"}});
    assert_eq!(
        (&list[0]["Containers"], &list[1]["Containers"]),
        (&both, &both)
    );
    let list = try_list(&lab, &json!({"name": ["p_back"]}), Networks::Plain).unwrap();
    assert_eq!(
        (&list[0]["New"], &list[0]["Id"]),
        (&json!([1]), &json!("ccc1"))
    );
}

#[test]
fn the_classic_face_shows_every_local_network_with_its_node() {
    let list = try_list(&lab(), &json!({}), Networks::Node).unwrap();
    let names: Vec<_> = list
        .iter()
        .map(|network| network["Name"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), 9);
    assert!(names.contains(&"n1/bridge") && names.contains(&"n2/bridge"));
    assert!(names.contains(&"n1/only1") && names.contains(&"wide"));
}

#[test]
fn one_nodes_networks_stay_as_its_engine_listed_them() {
    let mut lab = Lab::new();
    lab.engine(1, |_| ());
    let list = recorded("networks-list");
    lab.networks(1, &list);
    assert_eq!(
        Value::from(try_list(&lab, &json!({}), Networks::Plain).unwrap()),
        list
    );
}

#[test]
fn filters_follow_the_engine() {
    let lab = lab();
    for (filters, expected) in [
        (json!({"name": ["p_back"]}), "n1/p_back n2/p_back"),
        (json!({"name": ["^only"]}), "only1 only2"),
        (json!({"name": ["n2/p_back"]}), "n2/p_back"),
        (json!({"id": ["ddd"]}), "only1 only2"),
        (json!({"driver": ["overlay"]}), "wide"),
        (json!({"scope": ["swarm"]}), "wide"),
        (json!({"label": ["k=v"]}), "only1 only2"),
        (json!({"label": ["k=w"]}), ""),
        (json!({"type": ["builtin"]}), "bridge host"),
        (
            json!({"type": ["custom"]}),
            "n1/p_back only1 wide n2/p_back only2",
        ),
        (
            json!({"type": ["custom", "builtin"], "node": ["n1"]}),
            "bridge host n1/p_back only1 wide",
        ),
        (json!({"dangling": ["true"], "name": ["only"]}), "only2"),
        (json!({"dangling": ["false"]}), "bridge host only1"),
    ] {
        assert_eq!(shown(&lab, &filters), expected, "{filters}");
    }
    for (filters, message) in [
        (json!({"nope": ["x"]}), "invalid filter 'nope'"),
        (json!({"type": ["x"]}), "invalid filter 'type=[x]'"),
        (json!({"dangling": ["x"]}), "invalid filter 'dangling=[x]'"),
    ] {
        let refusal = try_list(&lab, &filters, Networks::Plain).unwrap_err();
        assert_eq!(
            (refusal.kind, refusal.message.as_str()),
            (RefusalKind::BadInput, message)
        );
    }
}

#[test]
fn an_inspect_unites_what_all_nodes_answered() {
    let lab = lab();
    let snapshot = lab.snapshot();
    let body = |containers: Value| {
        json!({"Name": "bridge", "Containers": containers, "New": 1})
            .to_string()
            .into_bytes()
    };
    let bodies = [body(json!({"c1": {}})), body(json!({"c2": {}}))];
    let held = snapshot.network("bridge").unwrap();
    let shown = inspect::render(snapshot, &held, &bodies, Networks::Plain).unwrap();
    let shown: Value = serde_json::from_slice(&shown).unwrap();
    assert_eq!(
        shown,
        json!({"Name": "bridge", "Containers": {"c1": {}, "c2": {}}, "New": 1})
    );
    let held = snapshot.network("n1/p_back").unwrap();
    let body = br#"{"Name":"p_back","Id" : "ccc1"}"#.to_vec();
    let shown = inspect::render(snapshot, &held, &[body], Networks::Plain).unwrap();
    assert_eq!(shown, br#"{"Name":"n1/p_back","Id":"ccc1"}"#);
}
