use serde_json::value::{RawValue, to_raw_value};

use super::*;

fn edited(raw: &str, context: &NodeContext) -> Value {
    let raw = RawValue::from_string(raw.to_owned()).unwrap();
    serde_json::from_slice(Entry::edit(&raw, context).unwrap().bytes()).unwrap()
}

#[test]
fn an_entry_keeps_what_is_unknown_and_has_a_hole_for_its_status() {
    let raw = r#"{"Id":"a","Names":["/web"],"New": {"x":[1.0]},"Status":"Up 2 \"x\"","Ports":[],"Big":12345678901234567890123}"#;
    let raw = RawValue::from_string(raw.to_owned()).unwrap();
    let entry = Entry::edit(&raw, &context(1)).unwrap();
    let (before, after) = entry.parts();
    assert_eq!(entry.listed_status(), br#""Up 2 \"x\"""#);
    let whole = [before, br#""Created""#, after].concat();
    assert_eq!(
        String::from_utf8(whole).unwrap(),
        r#"{"Id":"a","Names":["/web","/n1/web"],"New":{"x":[1.0]},"Status":"Created","Ports":[],"Big":12345678901234567890123}"#
    );
    assert_eq!([&entry.before()[..], &entry.after()[..]], [before, after]);
    let none = RawValue::from_string("{}".to_owned()).unwrap();
    assert_eq!(
        Entry::edit(&none, &context(1)).unwrap().listed_status(),
        b"\"\""
    );
    assert!(Entry::edit(&to_raw_value("x").unwrap(), &context(1)).is_err());
}

#[test]
fn names_are_shown_as_the_option_says() {
    let raw = r#"{"Names":["/web","/other/db"]}"#;
    let both = edited(raw, &context(1));
    assert_eq!(
        both["Names"],
        json!(["/web", "/other/db", "/n1/web", "/n1/other/db"])
    );
    let node = NodeContext {
        names: Names::Node,
        ..context(1)
    };
    assert_eq!(
        edited(raw, &node)["Names"],
        json!(["/n1/web", "/n1/other/db"])
    );
    assert_eq!(edited(r#"{"Names":null}"#, &node)["Names"], Value::Null);
}

#[test]
fn published_ports_show_the_address_of_their_node() {
    let port = |ip: &str, public: u16| json!({"IP": ip, "PrivatePort": 80, "PublicPort": public, "Type": "tcp", "X": 1});
    let ports = json!({"Ports": [port("0.0.0.0", 1), port("::", 1), port("::", 2), port("127.0.0.1", 3),
        {"PrivatePort": 81, "Type": "udp"}, 7]});
    let four = edited(&ports.to_string(), &context(1));
    assert_eq!(
        four["Ports"],
        json!([port("10.0.0.1", 1), port("::", 2), port("127.0.0.1", 3), {"PrivatePort": 81, "Type": "udp"}, 7])
    );
    let six = NodeContext {
        ipv6: Some("fd00::1".into()),
        ..context(1)
    };
    let six = edited(&ports.to_string(), &six);
    assert_eq!(six["Ports"][1], port("fd00::1", 1));
    assert_eq!(six["Ports"].as_array().unwrap().len(), 6);
}

#[test]
fn a_container_is_read_leniently() {
    let mut listed = entry(&id("a"), "web");
    listed["Names"] = json!(["/x/alias", "/web"]);
    listed["State"] = json!("hibernating");
    listed["Ports"] =
        json!([{"PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}, {"PrivatePort": "x"}]);
    listed["Mounts"] = json!([{"Type": "volume", "Name": "data", "Source": "/v", "Destination": "/d"}, {"Source": "/etc"}]);
    listed["NetworkSettings"] =
        json!({"Networks": {"back": {"NetworkID": "n"}, "none": {"NetworkID": ""}}});
    let inspect = json!({"Id": id("a"), "Name": "/web", "HostConfig": {"Memory": 7}, "State":
        {"StartedAt": "2026-11-22T15:00:00.5Z", "FinishedAt": "0001-01-01T00:00:00Z", "Health": {"Status": "odd"}}});
    let raw = to_raw_value(&listed).unwrap();
    let container = Container::from_engine(&raw, Some(&inspect), &context(1)).unwrap();
    assert_eq!(
        (&*container.name, container.created),
        ("web", 1_000_000_000_000)
    );
    assert_eq!(container.state.as_str(), "hibernating");
    assert_eq!(
        (container.ports.len(), container.ports[0].public),
        (1, Some(8080))
    );
    assert_eq!(container.mounts[0], ("data".into(), "/d".into()));
    assert_eq!(&*container.network_ids, ["n".into()]);
    let times = container.times.unwrap();
    assert_eq!(
        (times.started, times.finished, times.health),
        (Some(1_795_359_600), None, Health::None)
    );

    listed["State"] = json!("running");
    let mut newer =
        Container::from_engine(&to_raw_value(&listed).unwrap(), None, &context(1)).unwrap();
    newer.carry_over(&container);
    assert_eq!(
        newer.workload.memory, 7,
        "nothing seems free until the next inspect"
    );
    assert!(!newer.is_settled(), "but times are those of another state");
    let mut status = Vec::new();
    newer.write_status(0, &mut status);
    assert_eq!(
        status, b"\"Up 1 second\"",
        "so the engine's own sentence is shown"
    );
    listed["Id"] = Value::Null;
    assert!(Container::from_engine(&to_raw_value(&listed).unwrap(), None, &context(1)).is_err());
}
