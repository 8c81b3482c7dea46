use proptest::prelude::*;
use serde_json::{Value, json};
use swarm_middleware::api::RefusalKind;

use super::*;
use crate::cluster::EngineStatus;
use crate::handlers::testing::{Lab, id_of};

const NOW: i64 = 1_700_000_200;

fn try_list(lab: &Lab, query: &str, filters: &Value) -> Result<Vec<Value>, Refusal> {
    let query = Query::new(query).with("filters", Some(&filters.to_string()));
    let chunks = render(lab.snapshot(), &ListQuery::parse(&query)?, NOW)?;
    let body: Vec<u8> = chunks.flatten().collect();
    Ok(serde_json::from_slice(&body).unwrap())
}

fn names(lab: &Lab, query: &str, filters: &Value) -> String {
    let list = try_list(lab, query, filters).unwrap();
    let name = |entry: &Value| entry["Names"][0].as_str().unwrap()[1..].to_owned();
    list.iter().map(name).collect::<Vec<_>>().join(" ")
}

/// web and db on n1; job (exited), old and the cluster's own agent on n2.
fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.engine(1, |_| ());
    lab.engine(2, |_| ());
    lab.run(
        1,
        "web",
        50,
        json!({
            "Labels": {"tier": "front", "com.docker.compose.project": "p"},
            "Ports": [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                      {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}],
            "NetworkSettings": {"Networks": {"p_front": {"NetworkID": "aabbcc"}}},
            "Mounts": [{"Type": "volume", "Name": "data", "Destination": "/data"}],
            "Status": "Up 2 minutes (healthy)",
            "Unknown": {"x": 1.0},
        }),
    );
    lab.run(
        1,
        "db",
        40,
        json!({"Labels": {"tier": "back"}, "Image": "postgres", "ImageID": "sha256:99"}),
    );
    lab.run(
        2,
        "job",
        45,
        json!({"State": "exited", "Status": "Exited (3) 9 seconds ago"}),
    );
    lab.run(
        2,
        "old",
        10,
        json!({"State": "paused", "Status": "Up 3 hours (Paused)"}),
    );
    lab.run(2, "agent", 60, json!({"Image": "swarm:1.2"}));
    lab
}

#[test]
fn newest_first_and_only_what_runs() {
    let lab = lab();
    assert_eq!(names(&lab, "", &json!({})), "web db old");
    assert_eq!(names(&lab, "all=1", &json!({})), "agent web job db old");
    assert_eq!(names(&lab, "limit=0", &json!({})), "web db old");
    assert_eq!(
        names(&lab, "all=1&limit=-1&trunc_cmd=0&size=0", &json!({})),
        "agent web job db old"
    );
    assert_eq!(names(&lab, "limit=2", &json!({})), "web job");
    assert_eq!(names(&lab, "all=1&before=job", &json!({})), "db old");
    assert_eq!(names(&lab, "all=1&since=job", &json!({})), "agent web");
    assert_eq!(
        names(&lab, "all=1&since=old&before=n1/web", &json!({})),
        "job db"
    );
    assert_eq!(
        names(&lab, "all=1&since=old", &json!({"since": ["db"]})),
        "agent web job"
    );
}

#[test]
fn every_filter_of_the_engine() {
    let lab = lab();
    for (filters, expected) in [
        (json!({"name": ["web"]}), "web"),
        (json!({"name": ["^/web$"]}), "web"),
        (json!({"name": ["^/we$"]}), ""),
        (json!({"name": ["b"]}), "web job db"),
        (json!({"name": ["^web$", "^db$"]}), "web db"),
        (json!({"name": {"^/n1/db$": true}}), "db"),
        (json!({"name": ["^web$"], "status": ["exited"]}), ""),
        (json!({"id": [&id_of("web")[..6]]}), "web"),
        (json!({"id": [id_of("db"), id_of("web")]}), "web db"),
        (json!({"id": [id_of("db")], "name": ["web"]}), ""),
        (json!({"id": ["web"]}), ""),
        (json!({"label": ["tier"]}), "web db"),
        (
            json!({"label": ["tier=front", "com.docker.compose.project=p"]}),
            "web",
        ),
        (json!({"label": ["tier=front", "tier=back"]}), ""),
        (json!({"label!": ["tier=front"]}), "agent job db old"),
        (json!({"status": ["exited"]}), "job"),
        (json!({"status": ["paused", "exited"]}), "job old"),
        (json!({"health": ["healthy"]}), "web"),
        (json!({"health": ["none"]}), "agent job db old"),
        (json!({"exited": ["3"]}), "job"),
        (json!({"exited": ["0"]}), ""),
        (json!({"is-task": ["true"]}), ""),
        (json!({"is-task": ["false"], "name": ["db"]}), "db"),
        (json!({"isolation": ["default"], "name": ["db"]}), "db"),
        (json!({"volume": ["data"]}), "web"),
        (json!({"volume": ["/data"]}), "web"),
        (json!({"volume": ["n1/data"]}), "web"),
        (json!({"volume": ["n2/data"]}), ""),
        (json!({"network": ["p_front"]}), "web"),
        (json!({"network": ["aab"]}), "web"),
        (json!({"network": ["n1/p_front"]}), "web"),
        (json!({"network": ["p_back"]}), ""),
        (json!({"publish": ["8080"]}), "web"),
        (json!({"publish": ["80"]}), ""),
        (json!({"publish": ["8000-9000/tcp"]}), "web"),
        (json!({"expose": ["80/tcp"]}), "web"),
        (json!({"expose": ["80/udp"]}), ""),
        (json!({"node": ["n2"]}), "agent job old"),
        (json!({"node": ["ID1|10.0.0.1:2375"]}), "web db"),
        (json!({"node": ["n3"]}), ""),
        (json!({"before": ["job"]}), "db old"),
        (json!({"since": ["job"], "node": ["n1"]}), "web"),
    ] {
        assert_eq!(names(&lab, "all=1", &filters), expected, "{filters}");
    }
    assert_eq!(names(&lab, "", &json!({"status": ["exited"]})), "job");
}

#[test]
fn ancestors_are_images_and_what_was_made_from_them() {
    let mut lab = lab();
    lab.images(
        1,
        &json!([
            {"Id": "sha256:99", "ParentId": "sha256:520e", "RepoTags": ["postgres:latest"]},
            {"Id": "sha256:520e", "ParentId": "", "RepoTags": ["busybox:latest"]},
        ]),
    );
    let of = |image: &str| names(&lab, "", &json!({"ancestor": [image]}));
    assert_eq!(of("busybox"), "web db old");
    assert_eq!(of("docker.io/library/busybox:latest"), "web db old");
    assert_eq!(of("postgres"), "db");
    assert_eq!(of("sha256:99"), "db");
    assert_eq!(of("nothing"), "");
}

#[test]
fn what_the_engine_refuses_is_refused() {
    let lab = lab();
    let refused = |query: &str, filters: Value| try_list(&lab, query, &filters).unwrap_err();
    for (filters, message) in [
        (json!({"nope": ["x"]}), "invalid filter 'nope'"),
        (
            json!({"status": ["bogus"]}),
            "invalid filter 'status=[bogus]'",
        ),
        (json!({"health": ["ill"]}), "invalid filter 'health=[ill]'"),
        (json!({"exited": ["x"]}), "invalid filter 'exited=[x]'"),
        (json!({"is-task": ["x"]}), "invalid filter 'is-task=[x]'"),
        (
            json!({"publish": ["8:8"]}),
            "filter for 'publish' should not contain ':': 8:8",
        ),
    ] {
        let refusal = refused("", filters);
        assert_eq!(
            (refusal.kind, refusal.message.as_str()),
            (RefusalKind::BadInput, message)
        );
    }
    assert_eq!(refused("limit=x", json!({})).kind, RefusalKind::BadInput);
    for (query, filters) in [("before=no", json!({})), ("", json!({"since": ["no"]}))] {
        let refusal = refused(query, filters);
        assert_eq!(refusal.kind, RefusalKind::NotFound);
        assert_eq!(refusal.message, "No such container: no");
    }
}

#[test]
fn a_node_that_is_down_is_shown_with_all_only() {
    let mut lab = lab();
    lab.status(2, EngineStatus::Unhealthy, Some("connection refused"));
    assert_eq!(names(&lab, "", &json!({})), "web db");
    let list = try_list(&lab, "all=1", &json!({"node": ["n2"]})).unwrap();
    assert_eq!(list.len(), 3);
    assert!(list.iter().all(|entry| entry["Status"] == "Host Down"));
}

#[test]
fn entries_are_the_engines_own_but_for_names_ports_and_status() {
    let list = try_list(&lab(), "", &json!({"name": ["web"]})).unwrap();
    assert_eq!(list[0]["Names"], json!(["/web", "/n1/web"]));
    assert_eq!(list[0]["Unknown"].to_string(), r#"{"x":1.0}"#);
    assert_eq!(list[0]["Status"], "Up 2 minutes (healthy)");
    assert_eq!(
        list[0]["Ports"],
        json!([{"IP": "10.0.0.1", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}])
    );
    let mut lab = Lab::classic();
    lab.engine(1, |_| ());
    lab.run(1, "web", 50, json!({}));
    let list = try_list(&lab, "", &json!({"name": ["^/web$"]})).unwrap();
    assert_eq!(list[0]["Names"], json!(["/n1/web"]));
}

#[test]
fn sizes_go_where_they_belong() {
    let lab = lab();
    let query = ListQuery {
        size: true,
        ..ListQuery::default()
    };
    let chunks = render(lab.snapshot(), &query, NOW).unwrap();
    assert_eq!(
        chunks.nodes(),
        [NodeKey(1), NodeKey(2)].into_iter().collect()
    );
    let mut sizes = Sizes::default();
    let answer =
        json!([{"Id": id_of("web"), "SizeRootFs": 1_982_256, "SizeRw": 5}, {"Id": id_of("db")}]);
    sizes
        .add(NodeKey(1), answer.to_string().as_bytes())
        .unwrap();
    let body: Vec<u8> = chunks.with_sizes(sizes).flatten().collect();
    let list: Vec<Value> = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (&list[0]["SizeRw"], &list[0]["SizeRootFs"]),
        (&json!(5), &json!(1_982_256))
    );
    assert!(list[1].get("SizeRw").is_none() && list[2].get("SizeRw").is_none());
}

#[test]
fn a_long_list_comes_in_chunks_and_an_empty_one_is_an_array() {
    let mut lab = Lab::new();
    lab.engine(1, |_| ());
    let query = ListQuery::default();
    let chunks: Vec<_> = render(lab.snapshot(), &query, NOW).unwrap().collect();
    assert_eq!(chunks, [&b"[]\n"[..]]);
    for index in 0..1500 {
        lab.run(1, &format!("c{index}"), index, json!({}));
    }
    let chunks: Vec<_> = render(lab.snapshot(), &query, NOW).unwrap().collect();
    assert!(chunks.len() > 1);
    let list: Vec<Value> = serde_json::from_slice(&chunks.concat()).unwrap();
    assert_eq!(list.len(), 1500);
    assert!(list.is_sorted_by_key(|entry| -entry["Created"].as_i64().unwrap()));
}

proptest! {
    #[test]
    fn index_and_scan_agree(
        containers in prop::collection::btree_map("[ab]{1,3}", (1u32..4, 0i64..5, any::<bool>()), 0..12),
        name in "[ab]{1,3}",
        limit in 0usize..4,
    ) {
        let mut lab = Lab::new();
        (1..4).for_each(|node| lab.engine(node, |_| ()));
        for (name, (node, created, up)) in &containers {
            let state = if *up { "running" } else { "exited" };
            lab.run(*node, name, *created, json!({"State": state}));
        }
        let query = format!("limit={limit}");
        // The second form has to be scanned for.
        let indexed = names(&lab, &query, &json!({"name": [format!("^/{name}$")]}));
        let scanned = names(&lab, &query, &json!({"name": [format!("^/({name})$")]}));
        prop_assert_eq!(&indexed, &scanned);
        let expected = containers.get(&name).is_some_and(|(_, _, up)| *up || limit > 0);
        prop_assert_eq!(indexed == name, expected);
    }
}
