use super::*;

fn cluster() -> ClusterState {
    let mut state = ClusterState::default();
    let swarm_id = id("5a");
    let mut labelled = entry(&id("abc1"), "db");
    labelled["Labels"] = json!({"com.docker.swarm.id": swarm_id});
    let lists = [
        vec![
            entry(&id("aaaaaaaaaaaa"), "web"),
            labelled,
            entry(&id("ff"), "n1"),
        ],
        vec![
            entry(&id("abc2"), "web"),
            entry(&id("e1"), "aaaaaaaaaaaa"),
            entry(&id("e2"), "cache"),
        ],
    ];
    for (key, list) in (1..).zip(lists) {
        join(&mut state, key);
        let all = list.iter().map(|entry| read(key, entry)).collect();
        apply(&mut state, key, Change::Containers(all));
    }
    state
}

fn found(snapshot: &Snapshot, reference: &str) -> Result<String, LookupError> {
    let found = snapshot.container(reference)?;
    assert_eq!(found.container.node, found.engine.key);
    Ok(format!(
        "{}/{}",
        found.engine.name,
        &found.container.id[..4]
    ))
}

#[test]
fn a_container_is_found_by_id_swarm_id_name_and_prefix_in_this_order() {
    let state = cluster();
    let snapshot = state.snapshot();
    let swarm_id = id("5a");
    for (reference, expected) in [
        (id("abc1").as_str(), "n1/abc1"),
        ("aaaaaaaaaaaa", "n1/aaaa"), // a 12-digit id before the name
        (&swarm_id, "n1/abc1"),
        ("db", "n1/abc1"),
        ("/db", "n1/abc1"),
        ("n1/db", "n1/abc1"),
        ("/n1/db", "n1/abc1"),
        ("n1/web", "n1/aaaa"),
        ("n2/web", "n2/abc2"),
        ("n2/aaaaaaaaaaaa", "n2/e100"), // on that node it is only a name
        ("n1/abc", "n1/abc1"),          // unique on its node
        ("n1", "n1/ff00"),              // a container may be called like a node
        ("f", "n1/ff00"),
        ("abc2", "n2/abc2"),
    ] {
        assert_eq!(
            found(snapshot, reference).as_deref(),
            Ok(expected),
            "{reference}"
        );
    }
}

#[test]
fn what_stands_for_nothing_or_too_much_is_said() {
    let state = cluster();
    let snapshot = state.snapshot();
    for nothing in [
        "",
        "/",
        "n1/",
        "n2/db",
        "n3/db",
        "nope",
        "ABC1",
        "a/b/c",
        &id("0"),
    ] {
        assert_eq!(
            found(snapshot, nothing),
            Err(LookupError::NotFound),
            "{nothing}"
        );
    }
    for many in ["abc", "a", "e"] {
        assert_eq!(
            found(snapshot, many),
            Err(LookupError::AmbiguousPrefix),
            "{many}"
        );
    }
    let holder = |node: &str, id: String| Holder {
        node: node.into(),
        id: id.into(),
    };
    let holders = vec![holder("n1", id("aaaaaaaaaaaa")), holder("n2", id("abc2"))];
    assert_eq!(
        found(snapshot, "web"),
        Err(LookupError::AmbiguousName(holders))
    );
}

#[test]
fn images_are_found_on_every_node_that_has_them() {
    let mut state = cluster();
    let image = |id: &str, tags: Value| json!({"Id": format!("sha256:{id}"), "RepoTags": tags, "RepoDigests": null});
    let shared = image("ab12", json!(["busybox:latest", "reg:5000/x/y:1"]));
    apply(
        &mut state,
        1,
        Change::Images(objects(std::slice::from_ref(&shared))),
    );
    apply(
        &mut state,
        2,
        Change::Images(objects(&[shared, image("ab34", json!(["<none>:<none>"]))])),
    );
    let snapshot = state.snapshot();
    for name in [
        "busybox",
        "busybox:latest",
        "docker.io/library/busybox",
        "reg:5000/x/y:1",
        "sha256:ab12",
        "ab12",
        "ab1",
    ] {
        let held = snapshot.image(name).unwrap();
        let nodes: Vec<_> = held.iter().map(|held| &*held.engine.name).collect();
        assert_eq!(nodes, ["n1", "n2"], "{name}");
    }
    assert_eq!(snapshot.image("ab34").unwrap().len(), 1);
    assert_eq!(
        snapshot.image("ab").unwrap_err(),
        LookupError::AmbiguousPrefix
    );
    for nothing in ["", "reg:5000/x/y", "alpine", "sha256:", "<none>:<none>"] {
        assert_eq!(
            snapshot.image(nothing).unwrap_err(),
            LookupError::NotFound,
            "{nothing}"
        );
    }
}

#[test]
fn local_networks_and_volumes_of_one_name_are_ambiguous_wider_ones_are_one() {
    let mut state = cluster();
    for key in [1, 2] {
        let network = |id: String, name: &str, scope: &str| json!({"Id": id, "Name": name, "Scope": scope, "Driver": "x"});
        let networks = [
            network(id(&format!("b{key}")), "bridge", "local"),
            network(id(&format!("c{key}")), "back", "local"),
            network(id("d"), "wide", "swarm"),
        ];
        apply(&mut state, key, Change::Networks(objects(&networks)));
        let volume = |name: &str, scope: &str| json!({"Name": name, "Scope": scope, "Driver": "x"});
        let mut volumes = vec![volume("data", "local"), volume("shared", "global")];
        volumes.extend((key == 2).then(|| volume("only", "local")));
        apply(&mut state, key, Change::Volumes(objects(&volumes)));
    }
    let snapshot = state.snapshot();
    let networks = |name: &str| snapshot.network(name).map(|held| held.len());
    assert_eq!(
        (networks("bridge"), networks("wide"), networks("n2/back")),
        (Ok(2), Ok(2), Ok(1))
    );
    assert_eq!(
        (networks("c2"), networks("d"), networks(&id("c1"))),
        (Ok(1), Ok(2), Ok(1))
    );
    assert_eq!(
        (networks("c"), networks("zz")),
        (
            Err(LookupError::AmbiguousPrefix),
            Err(LookupError::NotFound)
        )
    );
    assert!(
        matches!(networks("back"), Err(LookupError::AmbiguousName(holders)) if holders.len() == 2)
    );
    let volumes = |name: &str| snapshot.volume(name).map(|held| held.len());
    assert_eq!(
        (volumes("shared"), volumes("only"), volumes("n1/data")),
        (Ok(2), Ok(1), Ok(1))
    );
    assert_eq!(
        (volumes("n1/only"), volumes("")),
        (Err(LookupError::NotFound), Err(LookupError::NotFound))
    );
    assert!(matches!(
        volumes("data"),
        Err(LookupError::AmbiguousName(_))
    ));
    let node = &snapshot.engine_named("n1").unwrap().node;
    assert!(node.networks.has_local("back") && node.networks.has_global("wide"));
    assert!(
        !node.networks.has_local("bridge"),
        "every node has it: it restricts nothing"
    );
    assert!(node.volumes.contains("data") && !node.volumes.contains("shared"));
}

#[test]
fn an_exec_is_found_until_its_container_goes() {
    let mut state = cluster();
    let container: Arc<str> = id("abc1").into();
    let exec = Change::Exec {
        id: "e".into(),
        container: Arc::clone(&container),
    };
    apply(&mut state, 1, exec);
    let (engine, of) = state.snapshot().exec("e").unwrap();
    assert_eq!((&*engine.name, of), ("n1", &container));
    apply(&mut state, 1, Change::Removed(container));
    assert!(state.snapshot().exec("e").is_none());
}
