use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn client(last: u8) -> Client {
    Client::Address([10, 0, 0, last].into())
}

fn nodes(open: &[u32], closed: &[u32]) -> Vec<Candidate> {
    let all = open.iter().map(|node| (*node, true));
    let all = all.chain(closed.iter().map(|node| (*node, false)));
    all.map(|(node, open)| Candidate {
        node: NodeKey(node),
        open,
    })
    .collect()
}

fn of(client: &Client) -> Visit {
    Visit {
        client: Some(client.clone()),
        ..Visit::default()
    }
}

#[test]
fn a_client_stays_until_a_minute_after_its_last_connection() {
    let (mut pins, start) = (Pins::default(), Instant::now());
    let me = client(1);
    let node = pins.node(&me, &nodes(&[1, 2], &[]), start).unwrap();
    let other = NodeKey(3 - node.0);
    let visits = [pins.enter(node, of(&me)), pins.enter(node, of(&me))];
    // The other node has nothing to do, and the pin holds all the same.
    let later = start + SECOND * 600;
    assert_eq!(pins.node(&me, &nodes(&[1, 2], &[]), later), Some(node));
    pins.leave(visits[0], later);
    let ended = later + LINGER * 3;
    pins.leave(visits[1], ended);
    assert_eq!(pins.nodes(ended + LINGER - SECOND), [node]);
    assert!(pins.nodes(ended + LINGER).is_empty());
    // From then on the fewest builds count.
    pins.enter(node, Visit::default());
    let again = pins.node(&me, &nodes(&[1, 2], &[]), ended + LINGER);
    assert_eq!(again, Some(other));
}

#[test]
fn clients_spread_over_the_nodes_with_the_fewest_builds() {
    let (mut pins, now) = (Pins::default(), Instant::now());
    let mut count = HashMap::new();
    for number in 0..9 {
        let node = pins.node(&client(number), &nodes(&[1, 2, 3], &[]), now);
        *count.entry(node.unwrap()).or_insert(0) += 1;
    }
    assert_eq!(count.values().copied().collect::<Vec<_>>(), [3, 3, 3]);
    let busy = [NodeKey(1), NodeKey(2)];
    for node in busy {
        pins.enter(node, Visit::default());
    }
    let chosen = pins.node(&client(9), &nodes(&[1, 2, 3], &[]), now);
    assert_eq!(chosen, Some(NodeKey(3)));
}

#[test]
fn a_node_that_failed_is_left_and_a_paused_one_is_left_between_builds() {
    let (mut pins, now) = (Pins::default(), Instant::now());
    let me = client(1);
    assert_eq!(pins.node(&me, &nodes(&[1], &[]), now), Some(NodeKey(1)));
    let visit = pins.enter(NodeKey(1), of(&me));
    assert_eq!(pins.node(&me, &nodes(&[2], &[1]), now), Some(NodeKey(1)));
    pins.leave(visit, now);
    assert_eq!(pins.node(&me, &nodes(&[2], &[1]), now), Some(NodeKey(2)));
    assert_eq!(pins.node(&me, &nodes(&[3], &[]), now), Some(NodeKey(3)));
    assert_eq!(pins.node(&client(2), &nodes(&[], &[1]), now), None);
}

#[test]
fn what_ends_on_a_node_that_was_left_keeps_no_pin() {
    let (mut pins, now) = (Pins::default(), Instant::now());
    let me = client(1);
    pins.node(&me, &nodes(&[1], &[]), now);
    let old = pins.enter(NodeKey(1), of(&me));
    assert_eq!(pins.node(&me, &nodes(&[2], &[]), now), Some(NodeKey(2)));
    pins.leave(old, now + LINGER - SECOND);
    assert!(pins.nodes(now + LINGER).is_empty());
}

#[test]
fn sessions_and_builds_are_found_while_they_last() {
    let (mut pins, now) = (Pins::default(), Instant::now());
    let visit = Visit {
        session: Some("s1".into()),
        build: Some("b1".into()),
        ..Visit::default()
    };
    let number = pins.enter(NodeKey(7), visit);
    assert_eq!(pins.session("s1"), Some(NodeKey(7)));
    assert_eq!(pins.build("b1"), Some(NodeKey(7)));
    assert_eq!((pins.session("b1"), pins.build("s1")), (None, None));
    pins.leave(number, now);
    assert_eq!((pins.session("s1"), pins.build("b1")), (None, None));
}

#[test]
fn a_client_comes_back_to_the_node_it_had_when_all_are_idle() {
    let now = Instant::now();
    for number in 0..20 {
        let first = Pins::default().node(&client(number), &nodes(&[1, 2, 3], &[]), now);
        let again = Pins::default().node(&client(number), &nodes(&[3, 1, 2], &[]), now);
        assert_eq!(first, again);
    }
}
