use std::collections::BTreeMap;

use super::*;
use crate::cluster::NodeKey;

const START: &str = r#"{"status":"start","id":"abc123","from":"busybox:1","Type":"container","Action":"start","Actor":{"ID":"abc123","Attributes":{"image":"busybox:1","name":"web","tier":"front"},"New":[ 1]},"scope":"local","time":1700000000,"timeNano":1700000000000000005,"later":{"x" : 1}}"#;
const CONNECT: &str = r#"{"Type":"network","Action":"connect","Actor":{"ID":"net1","Attributes":{"container":"abc123","name":"bridge","type":"bridge"}},"scope":"local","time":1700000000,"timeNano":1700000000000000001}"#;

/// Renders what an engine sent for a listener, as coming from `n1`.
fn render(query: &EventQuery, event: &EngineEvent) -> Option<Bytes> {
    let labels = BTreeMap::new();
    let card = NodeCard {
        id: "ID-n1|n1:2375",
        ip: "10.0.0.1",
        addr: "n1:2375",
        name: "n1",
        cpus: 1,
        memory: 1,
        labels: &labels,
    };
    query.render(event, &card)
}

fn event(raw: &str) -> EngineEvent {
    EngineEvent::parse(NodeKey(1), raw.to_owned().into()).unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_100).unwrap()
}

fn query(text: &str, version: u16) -> EventQuery {
    EventQuery::parse(&Query::new(text), ApiVersion::v1(version), None, now()).unwrap()
}

fn accepts(filters: &str, event: &EngineEvent) -> bool {
    let query = Query::new("").with("filters", Some(filters));
    let query = EventQuery::parse(&query, ApiVersion::v1(41), None, now()).unwrap();
    render(&query, event).is_some()
}

#[test]
fn an_event_says_its_node_and_keeps_the_rest() {
    let line = render(&query("", 41), &event(START)).unwrap();
    let expected = concat!(
        r#"{"status":"start","id":"abc123","from":"busybox:1 node:n1","Type":"container","Action":"start","#,
        r#""Actor":{"ID":"abc123","Attributes":{"image":"busybox:1","name":"web","tier":"front","#,
        r#""node.name":"n1","node.id":"ID-n1|n1:2375","node.addr":"n1:2375","node.ip":"10.0.0.1"},"New":[ 1]},"#,
        r#""scope":"local","time":1700000000,"timeNano":1700000000000000005,"later":{"x" : 1},"#,
        r#""node":{"Name":"n1","Id":"ID-n1|n1:2375","Addr":"n1:2375","Ip":"10.0.0.1"}}"#,
        "\n"
    );
    assert_eq!(line, expected.as_bytes());
    let modern = render(&query("", 52), &event(START)).unwrap();
    let start = r#""status":"start","id":"abc123","from":"busybox:1 node:n1","#;
    assert_eq!(modern, expected.replace(start, "").as_bytes());
}

#[test]
fn an_event_of_a_new_engine_gets_what_old_clients_read() {
    let bare = START.replace(r#""status":"start","id":"abc123","from":"busybox:1","#, "");
    let line = render(&query("", 41), &event(&bare)).unwrap();
    let line: serde_json::Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(line["status"], "start");
    assert_eq!(line["id"], "abc123");
    assert_eq!(line["from"], "busybox:1 node:n1");
    let line = render(&query("", 41), &event(CONNECT)).unwrap();
    let line: serde_json::Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(line["from"], " node:n1");
    assert!(line.get("status").is_none());
}

#[test]
fn an_event_of_the_oldest_engines_is_a_containers() {
    let old = r#"{"status":"die","id":"abc","from":"x","time":7}"#;
    let event = event(old);
    let line = render(&query("", 41), &event).unwrap();
    let line: serde_json::Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(line["Actor"]["ID"], "abc");
    assert_eq!(line["from"], "x node:n1");
    assert!(accepts(r#"{"event":["die"],"container":["ab"]}"#, &event));
}

#[test]
fn filters_follow_the_engine() {
    let start = event(START);
    for (filters, expected) in [
        (r#"{"type":["container"]}"#, true),
        (r#"{"type":["network","volume"]}"#, false),
        (r#"{"event":["start","die"]}"#, true),
        (r#"{"event":["star"]}"#, false),
        (r#"{"container":["we"]}"#, true),
        (r#"{"container":["abc"]}"#, true),
        (r#"{"container":["/web"]}"#, true),
        (r#"{"container":["n1/web"]}"#, true),
        (r#"{"container":["n2/web"]}"#, false),
        (r#"{"container":["db"]}"#, false),
        (r#"{"image":["busybox"]}"#, true),
        (r#"{"image":["busybox:1"]}"#, true),
        (r#"{"image":["busybox:2"]}"#, false),
        (r#"{"label":["tier"]}"#, true),
        (r#"{"label":["tier=front","name=web"]}"#, true),
        (r#"{"label":["tier=front","missing"]}"#, false),
        (r#"{"scope":["local"]}"#, true),
        (r#"{"scope":["swarm"]}"#, false),
        (r#"{"node":["n1"]}"#, true),
        (r#"{"node":["ID-n1|n1:2375"]}"#, true),
        (r#"{"node":["n2"]}"#, false),
        (r#"{"unheard-of":["x"]}"#, true),
        (r#"{"type":["container"],"event":["die"]}"#, false),
    ] {
        assert_eq!(accepts(filters, &start), expected, "{filters}");
    }
    let exec = START.replace("\"start\"", "\"exec_create: sh\"");
    assert!(accepts(r#"{"event":["exec_create"]}"#, &event(&exec)));
    assert!(!accepts(r#"{"event":["die"]}"#, &event(&exec)));
    assert!(accepts(r#"{"network":["bridge"]}"#, &event(CONNECT)));
    assert!(accepts(r#"{"container":["bri"]}"#, &event(CONNECT)));
}

#[test]
fn image_creation_is_told_from_1_46_on() {
    let created = event(r#"{"Type":"image","Action":"create","Actor":{"ID":"x"}}"#);
    assert!(render(&query("", 45), &created).is_none());
    assert!(render(&query("", 46), &created).is_some());
}

#[test]
fn times_bound_the_replay() {
    let start = event(START);
    let from = query("since=1700000000.000000005", 41);
    assert!(from.replays(&start));
    assert!(!from.is_past(now()));
    assert!(!query("since=1700000000.000000006", 41).replays(&start));
    assert!(!query("", 41).replays(&start));
    let until = query("since=1&until=1700000000.000000004", 41);
    assert!(until.is_past(now()) && render(&until, &start).is_none());
    assert!(render(&query("until=1700000000.000000005", 41), &start).is_some());
    assert!(!query("until=1700000200", 41).is_past(now()));
    let refuse = |text: &str| {
        EventQuery::parse(&Query::new(text), ApiVersion::v1(41), None, now())
            .unwrap_err()
            .message
    };
    assert_eq!(
        refuse("since=20&until=10"),
        "`since` time (20) cannot be after `until` time (10)"
    );
    assert!(refuse("since=x").contains("invalid time \"x\""));
    assert!(refuse("filters=x").contains("invalid filter"));
}

#[test]
fn framing_is_negotiated_from_1_52_on() {
    let at = |version, accept| Framing::negotiate(ApiVersion::v1(version), Some(accept));
    let none = Framing::negotiate(ApiVersion::v1(55), None);
    assert_eq!(none, Framing::Json);
    assert_eq!(at(51, "application/json-seq"), Framing::Json);
    assert_eq!(at(52, "application/json-seq"), Framing::JsonSequence);
    assert_eq!(at(52, "application/x-ndjson, */*;q=0.5"), Framing::NdJson);
    assert_eq!(at(52, "application/jsonl"), Framing::Json);
    assert_eq!(
        at(53, "application/jsonl, application/json;q=0.1"),
        Framing::JsonLines
    );
    assert_eq!(at(53, "text/html, application/json-seq;q=0"), Framing::Json);
    assert_eq!(at(53, "*/*"), Framing::Json);
    let line = Bytes::from_static(b"{}\n");
    assert_eq!(Framing::JsonSequence.frame(line.clone()), &b"\x1e{}\n"[..]);
    assert_eq!(Framing::NdJson.frame(line.clone()), line);
}
