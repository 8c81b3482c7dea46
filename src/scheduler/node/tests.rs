use serde_json::json;

use super::*;
use crate::scheduler::testing::{GIB, container, node};

#[test]
fn sums_follow_what_comes_and_goes() {
    let mut node = node("a");
    let sized = |id: &str, memory: i64| {
        Arc::new(container(
            id,
            json!({"HostConfig": {"Memory": memory, "NanoCpus": 3}}),
        ))
    };
    node.insert(sized("1", GIB));
    node.insert(sized("2", i64::MAX));
    assert_eq!(node.reserved().memory, i64::MAX, "bounded, not wrapped");
    node.remove("2");
    node.insert(sized("1", 2 * GIB));
    assert_eq!(
        node.reserved(),
        Resources {
            nano_cpus: 3,
            memory: 2 * GIB
        }
    );
    assert_eq!(node.container_count(), 1);
    assert!(node.remove("nobody").is_none());
    assert_eq!(node.remove("1").map(|w| w.memory), Some(2 * GIB));
    assert_eq!(node.reserved(), Resources::default());
}

#[test]
fn names_stay_known_while_anyone_uses_them() {
    let mut node = node("a");
    let mounts = json!({"Mounts": [{"Type": "volume", "Name": "data"}]});
    node.insert(Arc::new(container("1", mounts.clone())));
    node.insert(Arc::new(container("2", mounts)));
    node.remove("1");
    assert!(node.names_volume("data"));
    node.remove("2");
    assert!(!node.names_volume("data"));
}

#[test]
fn a_lease_laid_over_leaves_the_node_as_it_was() {
    let node = node("a");
    let with = node.with(Arc::new(container(
        "1",
        json!({"HostConfig": {"Memory": 5}}),
    )));
    assert_eq!((node.container_count(), with.container_count()), (0, 1));
    assert_eq!((node.reserved().memory, with.reserved().memory), (0, 5));
}

#[test]
fn no_overcommit_makes_an_amount_overflow() {
    let mut node = node("a");
    node.capacity = Resources {
        nano_cpus: i64::MAX,
        memory: 100,
    };
    assert_eq!(
        node.allowance(1e300),
        Resources {
            nano_cpus: i64::MAX,
            memory: i64::MAX
        }
    );
    assert_eq!(node.allowance(-0.5).memory, 50);
}

#[test]
fn a_name_leads_to_whoever_has_it_left() {
    let mut node = node("a");
    let labels = json!({"com.docker.swarm.id": "s1"});
    let named = |id: &str| {
        let inspect = json!({"Name": "/web", "Config": {"Labels": labels}});
        Arc::new(container(id, inspect))
    };
    node.insert(named("lease"));
    node.insert(named("abc1"));
    let found = |node: &Node, name: &str| node.find(name).map(|w| w.id.to_string());
    assert!(found(&node, "web").is_some() && found(&node, "s1").is_some());
    node.remove("lease");
    for name in ["web", "/web", "a/web", "s1", "abc1", "abc"] {
        assert_eq!(found(&node, name).as_deref(), Some("abc1"), "{name}");
    }
    node.remove("abc1");
    for name in ["web", "s1", "abc1", "abc", ""] {
        assert_eq!(found(&node, name), None, "{name}");
    }
}
