//! Which engines are trusted, and when.

use super::*;

#[tokio::test]
async fn a_dead_engine_turns_unhealthy_and_comes_back_with_all_it_has() {
    let (manager, mut engine) = one(EngineOptions::named("node-1")).await;
    manager.until_settled().await;
    let mut events = manager.engines.events().listen();
    engine
        .engine()
        .create("before", &json!({"Image": "busybox"}))
        .unwrap();
    manager
        .until(|snapshot| snapshot.container("before").is_ok())
        .await;
    engine.stop().await;
    let down = manager
        .until(|s| s.engines().any(|e| e.status == EngineStatus::Unhealthy))
        .await;
    let node = down.engines().next().unwrap();
    assert!(node.error.is_some() && node.failures >= 3 && !node.node.healthy);
    assert!(node.upstream.is_down());
    assert!(
        down.container("before").is_ok(),
        "what it had is still shown"
    );
    let refused = manager.engines.refresh_all(node.key).await.unwrap_err();
    assert!(matches!(
        refused,
        RefreshError::Failed | RefreshError::Deadline
    ));
    engine
        .engine()
        .create("meanwhile", &json!({"Image": "busybox"}))
        .unwrap();
    engine.restart().await.unwrap();
    let back = manager.until(|s| s.engines().all(|e| e.is_healthy())).await;
    assert!(
        back.container("meanwhile").is_ok(),
        "healthy means read as a whole"
    );
    let node = back.engines().next().unwrap();
    assert!(node.error.is_none() && node.failures == 0 && !node.upstream.is_down());
    let mut created = Vec::new();
    while created.len() < 2 {
        let event = wait::within(SOON, events.next()).await.unwrap().unwrap();
        if event.verb() == "create" {
            created.extend(event.attributes.get("name").map(str::to_owned));
        }
    }
    assert_eq!(
        created,
        ["before", "meanwhile"],
        "each once, whatever the engine repeated"
    );
}

#[tokio::test]
async fn a_frozen_engine_is_found_out_without_traffic_and_delays_no_other() {
    let frozen = Engine::start(EngineOptions::named("frozen")).await.unwrap();
    let good = Engine::start(EngineOptions::named("good")).await.unwrap();
    let manager = manager();
    manager.follow(&[&frozen, &good]).await;
    let snapshot = manager.until_settled().await;
    let key = snapshot.engine_named("good").unwrap().key;
    frozen.engine().inject(Fault::Hang {
        route: String::new(),
    });
    let id = good
        .engine()
        .create("quick", &json!({"Image": "busybox"}))
        .unwrap();
    manager
        .engines
        .refresh_container(key, id.as_str())
        .await
        .unwrap();
    let down = manager
        .until(|s| s.engine_named("frozen").unwrap().status == EngineStatus::Unhealthy)
        .await;
    assert!(down.engine_named("good").unwrap().is_healthy());
    frozen.engine().clear_faults();
    manager
        .until(|snapshot| snapshot.engines().all(|engine| engine.is_healthy()))
        .await;
}

#[tokio::test]
async fn what_is_no_usable_engine_stays_pending_and_says_why() {
    let cases = [
        (
            EngineOptions {
                version: "swarm/1.2.9".into(),
                ..EngineOptions::named("a")
            },
            None,
            "is a Docker Engine, not a Swarm manager",
        ),
        (
            EngineOptions {
                memory: 0,
                ..EngineOptions::named("b")
            },
            None,
            "reports no MemTotal",
        ),
        (
            EngineOptions {
                api: "1.23".into(),
                ..EngineOptions::named("c")
            },
            None,
            "1.24 or newer is needed",
        ),
        (
            EngineOptions::named("d"),
            Some(Fault::Garbage {
                route: "GET /info".into(),
            }),
            "not HTTP",
        ),
        (
            EngineOptions::named("e"),
            Some(Fault::HugeHead {
                route: "GET /info".into(),
                bytes: 2 << 30,
            }),
            "not HTTP",
        ),
        (
            EngineOptions::named("f"),
            Some(Fault::ResetMidBody {
                route: "GET /containers/json".into(),
            }),
            "/containers/json",
        ),
        (
            EngineOptions::named("g"),
            Some(Fault::Status {
                route: "GET /images/json".into(),
                status: 500,
                message: "out of order".into(),
            }),
            "out of order",
        ),
    ];
    for (options, fault, why) in cases {
        let engine = Engine::start(options).await.unwrap();
        if let Some(fault) = fault {
            engine.engine().inject(fault);
        }
        let manager = manager();
        manager.follow(&[&engine]).await;
        let snapshot = manager
            .until(|s| s.engines().any(|e| e.failures > 1 && e.error.is_some()))
            .await;
        let node = snapshot.engines().next().unwrap();
        assert_eq!(node.status, EngineStatus::Pending);
        let error = node.error.as_deref().unwrap();
        assert!(error.contains(why), "{error}");
        engine.engine().clear_faults();
        manager.engines.stop().await;
    }
}

#[tokio::test]
async fn an_engine_whose_events_break_off_is_not_asked_in_a_rush() {
    let engine = Engine::start(EngineOptions::named("flapping"))
        .await
        .unwrap();
    engine.engine().inject(Fault::ResetMidBody {
        route: "GET /events".into(),
    });
    let manager = manager();
    let begun = tokio::time::Instant::now();
    manager.follow(&[&engine]).await;
    wait::eventually(SOON, || async {
        let requests = engine.engine().counters().requests;
        requests.get("GET /events").is_some_and(|count| *count >= 7)
    })
    .await;
    // Six waits, each at least half of 20, 40, 80 and then 100 milliseconds.
    assert!(begun.elapsed() >= Duration::from_millis(220));
    engine.engine().clear_faults();
    manager.until_settled().await;
}
