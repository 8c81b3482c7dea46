//! What engines hold, as it changes.

use super::*;

#[tokio::test]
async fn an_engine_is_read_as_a_whole() {
    let options = EngineOptions {
        containers: 40,
        cpus: 8,
        odd: true,
        ..EngineOptions::named("node-1").label("storage=ssd")
    };
    let (manager, engine) = one(options).await;
    let memory = json!({"Image": "busybox", "HostConfig": {"Memory": 512 << 20}});
    let id = engine.engine().create("web", &memory).unwrap();
    manager.engines.refresh_all(manager.only().key).await.ok();
    let snapshot = manager.until_settled().await;
    let snapshot = match snapshot.container("web") {
        Ok(_) => snapshot,
        Err(_) => {
            manager
                .until(|snapshot| snapshot.container("web").is_ok())
                .await
        }
    };
    let engine = snapshot.engines().next().unwrap();
    assert_eq!((&*engine.name, engine.containers.len()), ("node-1", 41));
    assert_eq!((engine.counts.running, engine.counts.stopped), (40, 1));
    assert_eq!(engine.facts.as_ref().unwrap().cpus, 8);
    assert_eq!(engine.node.labels()["storage"], "ssd");
    assert_eq!(
        &**engine.id(),
        format!(
            "{}|{}",
            engine.facts.as_ref().unwrap().engine_id,
            engine.address
        )
    );
    assert!(snapshot.image("busybox").is_ok_and(|held| held.len() == 1));
    assert!(snapshot.network("bridge").is_ok());
    for reference in ["web", "/web", "node-1/web", &id[..12], &id[..20], &id] {
        assert_eq!(
            &*snapshot.container(reference).unwrap().container.id,
            id,
            "{reference}"
        );
    }
    assert_eq!(
        snapshot.container("node-2/web").unwrap_err(),
        LookupError::NotFound
    );
    let settled = manager
        .until(|s| s.container("web").unwrap().container.is_settled())
        .await;
    let node = Arc::clone(&settled.engines().next().unwrap().node);
    assert_eq!(node.reserved().memory, 512 << 20);
    let found = settled.container("web").unwrap();
    let entry: serde_json::Value = serde_json::from_slice(found.container.entry.bytes()).unwrap();
    assert_eq!(entry["Names"], json!(["/web", "/node-1/web"]));
    assert_eq!(found.container.status(0).as_deref(), Some("Created"));
}

#[tokio::test]
async fn what_happens_on_an_engine_is_seen_through_its_events() {
    let (manager, engine) = one(EngineOptions::named("node-1")).await;
    manager.until_settled().await;
    let mut events = manager.engines.events().listen();
    let id = engine
        .engine()
        .create(
            "web",
            &json!({"Image": "busybox", "Cmd": ["sleep", "1000"]}),
        )
        .unwrap();
    manager
        .until(|snapshot| snapshot.container("web").is_ok())
        .await;
    let node = manager.only();
    assert_eq!(
        call(&node, Method::POST, &format!("/containers/{id}/start")).await,
        204
    );
    manager
        .until(|snapshot| snapshot.engines().any(|engine| engine.counts.running == 1))
        .await;
    assert_eq!(
        call(&node, Method::DELETE, &format!("/containers/{id}?force=1")).await,
        204
    );
    let snapshot = manager
        .until(|snapshot| snapshot.container_count() == 0)
        .await;
    assert_eq!(snapshot.container(&id).unwrap_err(), LookupError::NotFound);
    let mut seen = Vec::new();
    while seen.last().is_none_or(|verb| verb != "destroy") {
        let event = wait::within(SOON, events.next()).await.unwrap().unwrap();
        if &*event.kind == "container" {
            assert_eq!(&*event.id, id);
            seen.push(event.verb().to_owned());
        }
    }
    assert_eq!(seen[..2], ["create", "start"]);
}

#[tokio::test]
async fn an_acknowledged_refresh_is_in_the_next_snapshot() {
    let (manager, engine) = one(EngineOptions::named("node-1")).await;
    manager.until_settled().await;
    let key = manager.only().key;
    // Without events, refreshes alone tell.
    engine.engine().inject(Fault::Hang {
        route: "GET /events".into(),
    });
    for index in 0..20 {
        let name = format!("c{index}");
        let id = engine
            .engine()
            .create(&name, &json!({"Image": "busybox"}))
            .unwrap();
        manager
            .engines
            .refresh_container(key, id.as_str())
            .await
            .unwrap();
        let snapshot = manager.view.snapshot();
        assert_eq!(&*snapshot.container(&name).unwrap().container.id, id);
        assert_eq!(
            call(
                &manager.only(),
                Method::DELETE,
                &format!("/containers/{id}")
            )
            .await,
            204
        );
        manager
            .engines
            .refresh_container(key, id.as_str())
            .await
            .unwrap();
        assert!(manager.view.snapshot().container(&name).is_err());
    }
    let volume = r"/volumes/create";
    assert_eq!(call(&manager.only(), Method::POST, volume).await, 201);
    manager.engines.refresh_volumes(key).await.unwrap();
    assert_eq!(manager.only().volumes.len(), 1);
    let name = Arc::clone(&manager.only().volumes[0].name);
    assert!(
        manager
            .view
            .snapshot()
            .volume(&format!("node-1/{name}"))
            .is_ok()
    );
}

#[tokio::test]
async fn clones_and_namesakes_are_told_apart_and_leave_one_by_one() {
    let twin = || EngineOptions {
        id: Some("SAME".into()),
        containers: 2,
        ..EngineOptions::named("twin")
    };
    let first = Engine::start(twin()).await.unwrap();
    let manager = manager();
    manager.follow(&[&first]).await;
    manager.until_settled().await;
    let second = Engine::start(twin()).await.unwrap();
    manager.follow(&[&first, &second]).await;
    manager.until(|snapshot| snapshot.engine_count() == 2).await;
    let both = manager.until_settled().await;
    let long = format!("twin@{}", second.addr);
    assert_eq!(
        both.engine_named("twin").unwrap().address.to_string(),
        first.addr.to_string()
    );
    assert_eq!(
        both.engine_named(&long).unwrap().address.to_string(),
        second.addr.to_string()
    );
    assert_eq!(both.container_count(), 4);
    manager.follow(&[&second]).await;
    let left = manager.view.snapshot();
    assert_eq!((left.engine_count(), left.container_count()), (1, 2));
    assert!(left.engine_named("twin").is_none());
    manager.follow(&[]).await;
    assert_eq!(manager.view.snapshot().container_count(), 0);
}
