//! What must be true of placement whatever the cluster and whatever is asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;
use swarm::scheduler::error::ScheduleErrorKind;
use swarm::scheduler::filter::{FilterName, Soft};
use swarm::scheduler::strategy::StrategyName;
use swarm::scheduler::{Node, Resources, Scheduler, Spec};

#[path = "scheduler_props/cluster.rs"]
mod cluster;
use cluster::{CPU, Machine, cluster, create, spec, strategy};

fn ids<'a>(nodes: impl IntoIterator<Item = &'a Node>) -> Vec<String> {
    nodes.into_iter().map(|node| node.id.to_string()).collect()
}

fn refs(nodes: &[Node]) -> Vec<&Node> {
    nodes.iter().collect()
}

/// What the configured filters let through, applied one after the other.
fn through<'a>(order: &[FilterName], spec: &Spec, nodes: &[&'a Node], soft: Soft) -> Vec<&'a Node> {
    order.iter().fold(nodes.to_vec(), |kept, name| {
        let accepts = |node: &&Node| name.filter().accepts(spec, node, soft);
        kept.into_iter().filter(accepts).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn filters_keep_an_ordered_subset_commute_and_are_idempotent(
        nodes in cluster(),
        body in create(),
        order in Just(FilterName::ALL.to_vec()).prop_shuffle(),
        binding in any::<bool>(),
    ) {
        let (spec, nodes) = (spec(&body), refs(&nodes));
        let soft = if binding { Soft::Binding } else { Soft::Ignored };
        let once = through(&FilterName::ALL, &spec, &nodes, soft);
        let kept: BTreeSet<String> = ids(once.iter().copied()).into_iter().collect();
        let in_order = ids(nodes.iter().copied().filter(|node| kept.contains(&*node.id)));
        prop_assert_eq!(ids(once.iter().copied()), in_order);
        prop_assert_eq!(ids(through(&order, &spec, &nodes, soft)), ids(once.iter().copied()));
        prop_assert_eq!(ids(through(&order, &spec, &once, soft)), ids(once.iter().copied()));
    }

    #[test]
    fn a_rank_is_a_permutation_of_the_nodes_that_fit(
        nodes in cluster(),
        body in create(),
        strategy in strategy(),
        overcommit in 0.0..0.5_f64,
        seed in any::<u64>(),
    ) {
        let spec = spec(&body);
        let fits = |node: &&Node| {
            let (held, most) = (node.reserved(), node.allowance(overcommit));
            (spec.memory == 0 || held.memory + spec.memory <= most.memory)
                && (spec.nano_cpus == 0 || held.nano_cpus + spec.nano_cpus <= most.nano_cpus)
        };
        let fitting: BTreeSet<String> = ids(nodes.iter().filter(fits)).into_iter().collect();
        match strategy.strategy(overcommit).rank(&spec, refs(&nodes), seed) {
            Ok(ranked) => {
                prop_assert_eq!(ranked.len(), fitting.len());
                prop_assert_eq!(ids(ranked).into_iter().collect::<BTreeSet<_>>(), fitting);
            }
            Err(_) => prop_assert!(fitting.is_empty()),
        }
    }

    #[test]
    fn the_same_question_gets_the_same_answer_in_whatever_order_nodes_come(
        nodes in cluster(),
        body in create(),
        strategy in strategy(),
        seed in any::<u64>(),
        turn in 0_usize..7,
    ) {
        let (spec, scheduler) = (spec(&body), Scheduler::new(strategy, &[], 0.05));
        let mut turned = refs(&nodes);
        let by = turn % turned.len().max(1);
        turned.rotate_left(by);
        let answer = |nodes: &[&Node]| {
            scheduler.place(&spec, nodes, seed).map(ids).map_err(|error| error.to_string())
        };
        prop_assert_eq!(answer(&refs(&nodes)), answer(&turned));
        let first = answer(&turned).map(|ranked| ranked[0].clone());
        let chosen = scheduler.choose(&spec, &turned, seed).map(|node| node.id.to_string());
        prop_assert_eq!(chosen.map_err(|error| error.to_string()), first);
        prop_assert_eq!(answer(&turned), answer(&turned));
    }

    #[test]
    fn a_soft_wish_never_makes_a_container_unplaceable(
        nodes in cluster(),
        body in create(),
        kind in prop::sample::select(vec!["constraint:storage==~", "constraint:node!=~", "affinity:role==~", "affinity:image!=~", "whitelist:node==~"]),
        value in prop::sample::select(vec!["ssd", "node-1", "/node/", "web", "busy*", "nothing"]),
    ) {
        let scheduler = Scheduler::new(StrategyName::Spread, &[], 0.05);
        let before = scheduler.place(&spec(&body), &refs(&nodes), 1).map(ids);
        let mut softer = body.clone();
        softer["Env"].as_array_mut().unwrap().push(format!("{kind}{value}").into());
        let after = scheduler.place(&spec(&softer), &refs(&nodes), 1).map(ids);
        prop_assert_eq!(before.is_ok(), after.is_ok());
    }

    #[test]
    fn refusals_account_for_every_node(nodes in cluster(), body in create()) {
        let scheduler = Scheduler::new(StrategyName::Spread, &[], 0.0);
        if let Err(error) = scheduler.place(&spec(&body), &refs(&nodes), 1) {
            let tally = error.tally().unwrap();
            let away: usize = tally.turned_away.iter().map(|away| away.nodes).sum();
            prop_assert_eq!((tally.nodes, away), (nodes.len(), nodes.len()));
            let resources = tally.turned_away.iter().any(|away| away.filter == "resources");
            prop_assert_eq!(error.kind() == ScheduleErrorKind::NoResources, resources);
        }
    }

    #[test]
    fn placing_many_overcommits_nothing_and_gives_no_port_twice(
        mut nodes in cluster(),
        bodies in prop::collection::vec(create(), 1..25),
        strategy in strategy(),
        overcommit in 0.0..0.2_f64,
    ) {
        // What was there before is not ours to answer for.
        for node in &mut nodes {
            let held: Vec<_> = node.workloads().map(|workload| workload.id.clone()).collect();
            for id in held {
                node.remove(&id);
            }
        }
        let scheduler = Scheduler::new(strategy, &[], overcommit);
        for (number, body) in bodies.iter().enumerate() {
            let spec = spec(body);
            let best = scheduler
                .place(&spec, &refs(&nodes), number as u64)
                .map(|ranked| ranked[0].id.clone());
            if let Ok(best) = best {
                let at = nodes.iter().position(|node| node.id == best).unwrap();
                nodes[at].insert(Arc::new(spec.workload(format!("lease-{number}"))));
            }
        }
        for node in &nodes {
            let (held, most) = (node.reserved(), node.allowance(overcommit));
            prop_assert!(held.memory <= most.memory && held.nano_cpus <= most.nano_cpus);
            let claims = || node.workloads().flat_map(|workload| workload.ports.iter());
            for port in [80, 81] {
                prop_assert!(claims().filter(|c| c.first == port && c.last == port).count() <= 1);
            }
            prop_assert!(claims().filter(|c| c.last <= 82).count() <= 3);
            let label = node.labels().get("containerslots");
            let slots = label.and_then(|slots| slots.parse::<usize>().ok());
            prop_assert!(slots.is_none_or(|slots| node.container_count() <= slots));
        }
    }

    #[test]
    fn creates_of_one_host_port_get_one_lease_a_slot(
        count in 1_usize..6,
        creates in 0_usize..20,
        (port, a_node) in prop::sample::select(vec![("80", 1_usize), ("80-82", 3)]),
        strategy in strategy(),
        seed in any::<u64>(),
    ) {
        let mut nodes: Vec<Node> = (0..count).map(|number| Machine::plain().node(number)).collect();
        let scheduler = Scheduler::new(strategy, &[], 0.0);
        let spec = spec(&json!({"HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": port}]}}}));
        let mut placed = 0;
        for number in 0..creates {
            let ranked = scheduler.place(&spec, &refs(&nodes), seed ^ number as u64);
            let Ok(best) = ranked.map(|ranked| ranked[0].id.clone()) else { continue };
            let at = nodes.iter().position(|node| node.id == best).unwrap();
            nodes[at].insert(Arc::new(spec.workload(format!("lease-{number}"))));
            placed += 1;
        }
        prop_assert_eq!(placed, creates.min(count * a_node));
        prop_assert!(nodes.iter().all(|node| node.container_count() <= a_node));
    }

    #[test]
    fn equal_nodes_under_spread_differ_by_one_container_at_most(
        count in 1_usize..8,
        containers in 0_usize..40,
        memory in prop::sample::select(vec![0_i64, 1, 7]),
    ) {
        let mut nodes: Vec<Node> = (0..count).map(|number| Machine::plain().node(number)).collect();
        let scheduler = Scheduler::new(StrategyName::Spread, &[], 0.0);
        let spec = spec(&json!({"HostConfig": {"Memory": memory}}));
        for number in 0..containers {
            let best = scheduler.place(&spec, &refs(&nodes), 0).unwrap()[0].id.clone();
            let at = nodes.iter().position(|node| node.id == best).unwrap();
            nodes[at].insert(Arc::new(spec.workload(format!("lease-{number}"))));
        }
        let counts = || nodes.iter().map(Node::container_count);
        prop_assert!(counts().max().unwrap() - counts().min().unwrap() <= 1);
    }

    #[test]
    fn a_project_that_shares_a_volume_or_network_is_never_split(
        count in 1_usize..6,
        bodies in prop::collection::vec(create(), 1..10),
        strategy in strategy(),
        seed in any::<u64>(),
    ) {
        let mut nodes: Vec<Node> = (0..count)
            .map(|number| {
                let mut node = Node::new(format!("{number}"), format!("n{number}"), "a", "b");
                (node.healthy, node.settled) = (true, true);
                node.capacity = Resources { nano_cpus: 64 * CPU, memory: 1 << 40 };
                node
            })
            .collect();
        let scheduler = Scheduler::new(strategy, &[FilterName::Health], 0.0);
        let mut homes = BTreeSet::new();
        for (number, body) in bodies.iter().enumerate() {
            let mut spec = spec(body);
            spec.loosen(|name| name == "data", |name| name == "back");
            let Ok(ranked) = scheduler.place(&spec, &refs(&nodes), seed) else {
                // Two that were placed apart before anything tied them cannot be joined.
                prop_assert!(!spec.volumes.is_empty() && !spec.networks.is_empty());
                continue;
            };
            let best = ranked[0].id.clone();
            let at = nodes.iter().position(|node| node.id == best).unwrap();
            if !spec.volumes.is_empty() {
                homes.insert(at);
            }
            nodes[at].insert(Arc::new(spec.workload(format!("lease-{number}"))));
        }
        prop_assert!(homes.len() <= 1);
    }

    #[test]
    fn no_pattern_text_makes_the_translation_panic_or_hang(pattern in r"[\[\](){}\\^$|*+?.a-z0-9:&~,<>P_=! -]{0,40}", text in ".{0,20}") {
        if let Ok(regex) = swarm::scheduler::regexp::compile(&pattern) {
            regex.is_match(&text);
        }
    }
}
