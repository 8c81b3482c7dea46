use proptest::prelude::*;

use super::*;

/// One step of a random history, over few nodes and few objects so that they meet.
#[derive(Clone, Debug)]
enum Step {
    Join,
    Leave,
    List(Vec<(u8, u8)>),
    Upsert(u8, u8, i64, bool),
    Remove(u8),
    Images(Vec<u8>),
    Networks(Vec<u8>),
    Volumes(Vec<u8>),
}

fn steps() -> impl Strategy<Value = Vec<(u32, Step)>> {
    let few = || proptest::collection::vec(0_u8..5, 0..4);
    let step = prop_oneof![
        Just(Step::Join),
        Just(Step::Leave),
        proptest::collection::vec((0_u8..6, 0_u8..4), 0..5).prop_map(Step::List),
        (0_u8..6, 0_u8..4, 0_i64..3, any::<bool>())
            .prop_map(|(id, name, created, swarm)| Step::Upsert(id, name, created, swarm)),
        (0_u8..6).prop_map(Step::Remove),
        few().prop_map(Step::Images),
        few().prop_map(Step::Networks),
        few().prop_map(Step::Volumes),
    ];
    proptest::collection::vec((1_u32..4, step), 0..40)
}

fn made(key: u32, number: u8, name: u8, created: i64, swarm: bool) -> Arc<Container> {
    let mut entry = entry(&id(&format!("{number}")), &format!("c{name}"));
    entry["Created"] = json!(created);
    entry["State"] = json!(if created == 1 { "exited" } else { "running" });
    if swarm {
        entry["Labels"] = json!({"com.docker.swarm.id": id("5a")});
    }
    read(key, &entry)
}

fn perform(state: &mut ClusterState, key: u32, step: &Step) {
    let list = |numbers: &[u8], one: fn(u8) -> Value| -> Vec<Value> {
        let unique: std::collections::BTreeSet<_> = numbers.iter().collect();
        unique.into_iter().map(|number| one(*number)).collect()
    };
    let change = match step {
        Step::Join if state.snapshot().engine(NodeKey(key)).is_some() => return,
        Step::Join => return join(state, key),
        Step::Leave => Change::Left,
        Step::List(list) => {
            let unique: std::collections::BTreeMap<_, _> = list.iter().copied().collect();
            Change::Containers(
                unique
                    .iter()
                    .map(|(n, name)| made(key, *n, *name, 2, false))
                    .collect(),
            )
        }
        Step::Upsert(number, name, created, swarm) => {
            Change::Upsert(vec![made(key, *number, *name, *created, *swarm)])
        }
        Step::Remove(number) => Change::Removed(id(&format!("{number}")).into()),
        Step::Images(numbers) => Change::Images(objects(&list(
            numbers,
            |n| json!({"Id": format!("sha256:{n}"), "RepoTags": [format!("i{}:1", n % 2)]}),
        ))),
        Step::Networks(numbers) => Change::Networks(objects(&list(
            numbers,
            |n| json!({"Id": id(&format!("{n}")), "Name": format!("n{}", n % 2), "Scope": "local"}),
        ))),
        Step::Volumes(numbers) => Change::Volumes(objects(&list(
            numbers,
            |n| json!({"Name": format!("v{n}")}),
        ))),
    };
    apply(state, key, change);
}

/// The same cluster, built from nothing out of what the engines hold.
fn rebuilt(snapshot: &Snapshot) -> ClusterState {
    let mut state = ClusterState::default();
    for engine in snapshot.engines() {
        let key = engine.key.0;
        join(&mut state, key);
        apply(
            &mut state,
            key,
            Change::Containers(engine.containers.values().cloned().collect()),
        );
        apply(&mut state, key, Change::Images(engine.images.to_vec()));
        apply(&mut state, key, Change::Networks(engine.networks.to_vec()));
        apply(&mut state, key, Change::Volumes(engine.volumes.to_vec()));
    }
    state
}

proptest! {
    #[test]
    fn indexes_always_equal_a_rebuild_from_scratch(history in steps()) {
        let mut state = ClusterState::default();
        for (key, step) in &history {
            let before = state.snapshot().clone();
            let kept = rebuilt(&before);
            perform(&mut state, *key, step);
            prop_assert!(before.same_indexes(kept.snapshot()), "a published snapshot changed");
        }
        let snapshot = state.snapshot();
        let fresh = rebuilt(snapshot);
        prop_assert!(snapshot.same_indexes(fresh.snapshot()));
        for (engine, again) in snapshot.engines().zip(fresh.snapshot().engines()) {
            prop_assert_eq!(engine.counts, again.counts);
            prop_assert_eq!(engine.counts.total(), engine.containers.len());
            prop_assert_eq!(engine.node.container_count(), engine.containers.len());
        }
        let listed: Vec<_> = snapshot.containers().map(|f| (-f.container.created, f.container.id.clone())).collect();
        prop_assert!(listed.is_sorted());
        prop_assert_eq!(listed.len(), snapshot.engines().map(|e| e.containers.len()).sum::<usize>());
    }
}
