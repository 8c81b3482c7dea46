//! bench
use std::sync::Arc;
use swarm::scheduler::strategy::StrategyName;
use swarm::scheduler::*;
use swarm_middleware::api::ApiVersion;
#[test]
fn bench() {
    for n in [1000usize, 10000] {
        let body = serde_json::json!({"Image":"busybox","Labels":{"a":"b"},"HostConfig":{}});
        let parse = |b: &serde_json::Value| {
            Spec::parse(
                Some("web"),
                None,
                ApiVersion::v1(41),
                b,
                &SpecOptions::default(),
            )
            .unwrap()
        };
        let spec = parse(&body);
        let nodes: Vec<Node> = (0..n)
            .map(|i| {
                let mut node = Node::new(
                    format!("ABCD:EFGH:IJKL:MNOP:{i:08}|10.0.0.1:2375"),
                    format!("node-{i}"),
                    "a",
                    "b",
                );
                node.healthy = true;
                node.settled = true;
                node.os = "linux".into();
                node.architecture = "x86_64".into();
                node.api = (ApiVersion::v1(24), ApiVersion::v1(47));
                node.capacity = Resources {
                    nano_cpus: 4_000_000_000,
                    memory: 1 << 33,
                };
                node.set_labels(Arc::new(
                    [
                        (
                            "storage".to_string(),
                            if i % 2 == 0 { "ssd" } else { "hdd" }.to_string(),
                        ),
                        ("x".into(), "y".into()),
                        ("operatingsystem".into(), "Debian".into()),
                    ]
                    .into_iter()
                    .collect(),
                ));
                for j in 0..30 {
                    node.insert(Arc::new(spec.workload(format!("{i:032x}{j:032x}"))));
                }
                node
            })
            .collect();
        let refs: Vec<&Node> = nodes.iter().collect();
        let s = Scheduler::new(StrategyName::Spread, &[], 0.05);
        let all = serde_json::json!({"Image":"busybox","Env":["constraint:storage==ssd","affinity:container!=nope"],"HostConfig":{"Memory":1000000,"PortBindings":{"80/tcp":[{"HostPort":"80"}]}}});
        let session = serde_json::json!({"Labels":{"org.testcontainers.sessionId":"s"}});
        for (what, b) in [("plain", &body), ("wishes", &all), ("session", &session)] {
            let spec = parse(b);
            let mut times: Vec<_> = (0..31)
                .map(|_| {
                    let t = std::time::Instant::now();
                    let r = s.choose(&spec, &refs, 1).unwrap();
                    std::hint::black_box(r);
                    t.elapsed()
                })
                .collect();
            times.sort();
            println!("{n} {what}: {:?}", times[0]);
        }
        let t = std::time::Instant::now();
        for _ in 0..1000 {
            std::hint::black_box(parse(&all));
        }
        println!("parse {:?}", t.elapsed() / 1000);
        let t = std::time::Instant::now();
        for i in 0..1000 {
            std::hint::black_box(nodes[i].clone());
        }
        println!("clone {:?}", t.elapsed() / 1000);
    }
}
