use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::scheduler::testing::{CPU, GIB, labelled, node, spec};
use crate::scheduler::{ScheduleErrorKind, SpecError, driver_from_name};

fn scheduler() -> Scheduler {
    Scheduler::new(StrategyName::Spread, &[], 0.0)
}

fn names(scheduler: &Scheduler, body: Value, nodes: &[&Node]) -> Result<Vec<String>, String> {
    let placed = scheduler.place(&spec(body), nodes, 1);
    let names = |nodes: Vec<&Node>| nodes.iter().map(|node| node.name.to_string()).collect();
    placed.map(names).map_err(|error| error.to_string())
}

#[test]
fn spread_takes_the_emptiest_then_the_fewest_then_the_id() {
    let lease = |memory: i64| spec(json!({"HostConfig": {"Memory": memory}}));
    let a = node("a").with(Arc::new(lease(2 * GIB).workload("1")));
    let b = node("b").with(Arc::new(lease(GIB).workload("1")));
    let (c, d) = (node("c"), node("d"));
    let nodes = [&d, &c, &b, &a];
    let asked = json!({"HostConfig": {"Memory": GIB}});
    assert_eq!(
        names(&scheduler(), asked, &nodes).unwrap(),
        ["c", "d", "b", "a"]
    );
    assert_eq!(
        names(&scheduler(), json!({}), &nodes).unwrap(),
        ["c", "d", "a", "b"]
    );
}

#[test]
fn binpack_takes_the_fullest_then_the_most_then_the_id() {
    let binpack = Scheduler::new(StrategyName::Binpack, &[], 0.0);
    let lease = spec(json!({"HostConfig": {"Memory": GIB}}));
    let a = node("a");
    let b = node("b").with(Arc::new(lease.workload("1")));
    let c = node("c");
    let asked = json!({"HostConfig": {"Memory": GIB}});
    assert_eq!(
        names(&binpack, asked, &[&c, &b, &a]).unwrap(),
        ["b", "a", "c"]
    );
    assert_eq!(
        names(&binpack, json!({}), &[&c, &b, &a]).unwrap(),
        ["b", "a", "c"]
    );
}

#[test]
fn health_outweighs_fullness() {
    let mut shaky = node("a");
    shaky.health_degree = 67;
    let lease = spec(json!({"HostConfig": {"Memory": 4 * GIB}}));
    let full = node("b").with(Arc::new(lease.workload("1")));
    let asked = json!({"HostConfig": {"Memory": GIB}});
    for strategy in [StrategyName::Spread, StrategyName::Binpack] {
        let scheduler = Scheduler::new(strategy, &[], 0.0);
        let ranked = names(&scheduler, asked.clone(), &[&shaky, &full]).unwrap();
        assert_eq!(ranked, ["b", "a"], "{strategy}");
    }
}

#[test]
fn random_follows_its_seed_and_uses_every_node() {
    let random = Scheduler::new(StrategyName::Random, &[], 0.0);
    let nodes: Vec<Node> = ["a", "b", "c"].map(node).into();
    let nodes: Vec<&Node> = nodes.iter().collect();
    let spec = spec(json!({}));
    let first = |seed| {
        random.place(&spec, &nodes, seed).unwrap()[0]
            .name
            .to_string()
    };
    let seen: std::collections::BTreeSet<String> = (0..50).map(first).collect();
    assert_eq!(seen.len(), 3);
    assert!((0..50).all(|seed| first(seed) == first(seed)));
}

#[test]
fn a_full_cluster_says_what_was_asked_and_who_turned_it_away() {
    let mut dead = node("dead");
    dead.healthy = false;
    let nodes = [&node("a"), &node("b"), &dead];
    let body = json!({"HostConfig": {"Memory": 9 * GIB, "NanoCpus": CPU / 2}});
    let error = scheduler().place(&spec(body), &nodes, 1).unwrap_err();
    assert_eq!(error.kind(), ScheduleErrorKind::NoResources);
    assert_eq!(
        error.to_string(),
        "no resources available to schedule container [0.5 CPUs] [9663676416 bytes of memory] \
         (3 nodes, turned away by health: 1, resources: 2)"
    );
}

#[test]
fn overcommit_lets_a_node_be_filled_beyond_its_capacity_and_no_further() {
    let asked = |memory: i64| spec(json!({"HostConfig": {"Memory": memory}}));
    let scheduler = Scheduler::new(StrategyName::Spread, &[], 0.05);
    let node = node("a");
    let limit = (8.0 * GIB as f64 * 1.05) as i64;
    assert!(scheduler.place(&asked(limit), &[&node], 1).is_ok());
    assert!(scheduler.place(&asked(limit + 1), &[&node], 1).is_err());
    let node = node.with(Arc::new(asked(limit).workload("l")));
    assert!(scheduler.place(&asked(1), &[&node], 1).is_err());
    assert!(
        scheduler.place(&asked(0), &[&node], 1).is_ok(),
        "what asks for nothing always fits"
    );
}

#[test]
fn unmet_conditions_are_named_with_their_counts() {
    let web = json!({"Env": ["constraint:storage==ssd"], "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "80"}]}}});
    let ssd = labelled("a", &[("storage", "ssd")]).with(Arc::new(spec(web.clone()).workload("w")));
    let error = scheduler()
        .place(&spec(web), &[&ssd, &node("b")], 1)
        .unwrap_err();
    assert_eq!(error.kind(), ScheduleErrorKind::Unsatisfied);
    assert_eq!(
        error.to_string(),
        "unable to find a node that satisfies the following conditions [port 80/tcp] \
         [constraint storage==ssd] (2 nodes, turned away by port: 1, constraint: 1)"
    );
}

#[test]
fn nothing_healthy_is_its_own_kind() {
    let mut dead = node("a");
    dead.healthy = false;
    let mut unsettled = node("b");
    unsettled.settled = false;
    for nodes in [vec![], vec![&dead], vec![&dead, &unsettled]] {
        let error = scheduler().place(&spec(json!({})), &nodes, 1).unwrap_err();
        assert_eq!(error.kind(), ScheduleErrorKind::NoHealthyNode, "{error}");
    }
    let mut paused = node("c");
    paused.paused = true;
    let error = scheduler()
        .place(&spec(json!({})), &[&paused, &dead], 1)
        .unwrap_err();
    assert_eq!(error.kind(), ScheduleErrorKind::Unsatisfied);
}

#[test]
fn soft_expressions_are_given_up_when_nothing_fits_them() {
    let (ssd, plain) = (labelled("b", &[("storage", "ssd")]), node("a"));
    let soft = json!({"Env": ["constraint:storage==~ssd"]});
    assert_eq!(
        names(&scheduler(), soft.clone(), &[&plain, &ssd]).unwrap(),
        ["b"]
    );
    assert_eq!(names(&scheduler(), soft, &[&plain]).unwrap(), ["a"]);
    // Also when the node that fits them is full.
    let full = ssd.with(Arc::new(
        spec(json!({"HostConfig": {"Memory": 8 * GIB}})).workload("l"),
    ));
    let soft = json!({"Env": ["constraint:storage==~ssd"], "HostConfig": {"Memory": GIB}});
    assert_eq!(names(&scheduler(), soft, &[&plain, &full]).unwrap(), ["a"]);
}

#[test]
fn only_the_filters_named_are_applied() {
    let port_only = Scheduler::new(
        StrategyName::Spread,
        &[FilterName::Port, FilterName::Port],
        0.0,
    );
    assert_eq!(port_only.filters(), [FilterName::Port]);
    let body = json!({"Env": ["constraint:storage==ssd"]});
    assert_eq!(names(&port_only, body, &[&node("a")]).unwrap(), ["a"]);
}

#[test]
fn names_are_read_and_unknown_ones_say_what_is_possible() {
    for filter in FilterName::ALL {
        assert_eq!(filter.to_string().parse(), Ok(filter));
    }
    assert_eq!("binpacking".parse(), Ok(StrategyName::Binpack));
    let error = "quick".parse::<StrategyName>().unwrap_err().to_string();
    assert_eq!(
        error,
        "unknown strategy \"quick\": spread, binpack, random are possible"
    );
    let error = "nodes".parse::<FilterName>().unwrap_err().to_string();
    assert!(
        error.contains("health, port, containerslots, dependency, affinity, constraint, whitelist")
    );
    assert_eq!(
        driver_from_name("swarm", scheduler()).unwrap().name(),
        "swarm"
    );
    let error = driver_from_name("mesos", scheduler())
        .unwrap_err()
        .to_string();
    assert_eq!(error, "unknown cluster driver \"mesos\": swarm is possible");
}

#[test]
fn bad_input_is_a_kind_of_its_own() {
    let error = ScheduleError::from(SpecError::NotAnObject);
    assert_eq!(error.kind(), ScheduleErrorKind::BadInput);
}
