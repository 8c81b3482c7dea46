use proptest::prelude::*;

use super::*;

fn container(id: &str) -> Target {
    Target::Container(id.into())
}

#[test]
fn one_object_is_never_read_twice_at_a_time() {
    let mut plan = Plan::new();
    plan.request(container("a"), Some(1));
    plan.request(container("a"), Some(2));
    assert_eq!(plan.start(), Some((container("a"), false)));
    plan.request(container("a"), Some(3));
    plan.request(container("a"), Some(4));
    assert_eq!(plan.start(), None);
    assert_eq!(plan.finish(&container("a")), Outcome::Apply(vec![1, 2]));
    assert_eq!(plan.start(), Some((container("a"), false)));
    assert_eq!(plan.finish(&container("a")), Outcome::Apply(vec![3, 4]));
    assert_eq!(plan.start(), None);
    assert!(!plan.has(&container("a")));
}

#[test]
fn what_runs_while_everything_is_listed_is_read_again_afterwards() {
    let mut plan = Plan::new();
    plan.request(container("a"), Some(1));
    assert!(plan.start().is_some());
    plan.request(Target::All, Some(2));
    assert_eq!(plan.start(), Some((Target::All, false)));
    plan.request(container("b"), Some(3));
    assert_eq!(plan.start(), None, "nothing begins meanwhile");
    assert_eq!(plan.finish(&container("a")), Outcome::Discard);
    assert_eq!(plan.finish(&Target::All), Outcome::Apply(vec![2]));
    assert_eq!(plan.start(), Some((container("b"), false)));
    assert_eq!(plan.start(), Some((container("a"), false)));
    assert_eq!(plan.finish(&container("a")), Outcome::Apply(vec![1]));
}

#[test]
fn the_background_waits_for_everything_else() {
    let mut plan: Plan<u8> = Plan::new();
    plan.set_background(["a".into(), "b".into()]);
    plan.request(container("b"), None);
    assert_eq!(plan.start(), Some((container("b"), false)));
    assert_eq!(plan.start(), Some((container("a"), true)));
    assert_eq!(plan.start(), None, "b is being read already");
    assert!(!plan.background_done());
    plan.finish(&container("a"));
    assert!(plan.background_done());
}

proptest! {
    /// Whatever the order, every ack fires, for a read that began after it was asked for.
    #[test]
    fn no_ack_is_lost_and_none_fires_for_an_older_read(
        steps in proptest::collection::vec((0_u8..3, 0_usize..4), 1..60),
    ) {
        let targets = [container("a"), container("b"), Target::All, Target::Images];
        let mut plan = Plan::new();
        let mut running: Vec<(Target, usize)> = Vec::new();
        let mut fired = Vec::new();
        let mut clock = 0;
        let end = |plan: &mut Plan<usize>, running: &mut Vec<(Target, usize)>, at: usize,
                   fired: &mut Vec<usize>| {
            let (target, began) = running.remove(at);
            if let Outcome::Apply(acks) = plan.finish(&target) {
                assert!(acks.iter().all(|asked| *asked < began));
                fired.extend(acks);
            }
        };
        let mut asked = 0;
        for (step, which) in steps {
            clock += 1;
            match step {
                0 => {
                    plan.request(targets[which].clone(), Some(clock));
                    asked += 1;
                }
                1 => {
                    if let Some((target, _)) = plan.start() {
                        prop_assert!(!running.iter().any(|(have, _)| *have == target));
                        running.push((target, clock));
                    }
                }
                _ if which < running.len() => end(&mut plan, &mut running, which, &mut fired),
                _ => {}
            }
        }
        for _ in 0..200 {
            clock += 1;
            while let Some((target, _)) = plan.start() {
                running.push((target, clock));
            }
            if !running.is_empty() {
                end(&mut plan, &mut running, 0, &mut fired);
            }
        }
        prop_assert_eq!(fired.len(), asked);
    }
}
