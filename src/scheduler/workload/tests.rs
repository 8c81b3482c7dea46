use serde_json::json;

use super::*;
use crate::scheduler::testing::CPU;

fn read(entry: &Value, inspect: Option<&Value>) -> Workload {
    Workload::from_engine(entry, inspect, WorkloadOptions::default())
}

#[test]
fn list_and_inspect_together_tell_everything() {
    let entry = json!({
        "Id": "abc", "Names": ["/web/db", "/web-db"], "Image": "busybox", "ImageID": "sha256:1", "State": "running",
        "Labels": {"com.docker.swarm.id": "s1", "k": "v"},
        "Ports": [{"PrivatePort": 80, "Type": "tcp"}],
        "Mounts": [{"Type": "volume", "Name": "data"}, {"Type": "bind", "Source": "/x"}],
        "NetworkSettings": {"Networks": {"back": {}}},
    });
    let inspect = json!({
        "Name": "/web-db", "Config": {"Image": "busybox:1", "ExposedPorts": {"80/tcp": {}, "90-91/udp": {}}},
        "HostConfig": {"Memory": 64, "NanoCpus": CPU, "CpuShares": 512, "NetworkMode": "back",
            "PortBindings": {"80/tcp": [{"HostIp": "10.0.0.1", "HostPort": "8080"}]}},
    });
    let workload = read(&entry, Some(&inspect));
    assert_eq!(
        (&*workload.id, workload.swarm_id.as_deref()),
        ("abc", Some("s1"))
    );
    assert_eq!(
        workload.names.iter().map(|n| &**n).collect::<Vec<_>>(),
        ["web-db"]
    );
    assert_eq!(
        (&*workload.image, &*workload.image_id),
        ("busybox:1", "sha256:1")
    );
    assert_eq!(
        (workload.memory, workload.nano_cpus, workload.cpu_shares),
        (64, CPU, 512)
    );
    assert_eq!(
        *workload.ports,
        [PortClaim::parse("10.0.0.1", "8080", Protocol::Tcp).unwrap()]
    );
    assert_eq!(
        *workload.exposed,
        [(80, 80, Protocol::Tcp), (90, 91, Protocol::Udp)]
    );
    assert_eq!(
        (&*workload.volumes[0], &*workload.networks[0]),
        ("data", "back")
    );
    assert_eq!(workload.labels.iter().count(), 2);
    assert!(workload.running && !workload.host_network);
}

#[test]
fn the_list_alone_tells_what_it_can() {
    let entry = json!({"Id": "abc", "Names": ["/web"], "Status": "Up 2 hours", "HostConfig": {"NetworkMode": "host"}});
    let workload = read(&entry, None);
    assert!(workload.running && workload.host_network && workload.has_name("web"));
}

#[test]
fn nothing_an_engine_sends_is_refused() {
    for entry in [
        json!(null),
        json!("text"),
        json!({"Id": 5, "Names": "web", "Labels": ["a"], "Ports": {"a": 1}, "State": "hibernating", "Mounts": null}),
        json!({"Ports": [{"PublicPort": 99999}, {"PublicPort": "80"}, null, {"PublicPort": 80, "Type": "quic"}]}),
    ] {
        let inspect = json!({"HostConfig": {"Memory": "much", "PortBindings": {"80": [{"HostPort": "x"}, null]}}});
        let workload = read(&entry, Some(&inspect));
        assert_eq!(
            (&*workload.id, workload.memory, workload.running),
            ("", 0, false)
        );
    }
}

#[test]
fn weights_become_the_cores_they_were_made_from() {
    for ncpu in [1, 2, 3, 7, 64] {
        for cores in 1..=ncpu {
            let mut body = json!({"HostConfig": {"CpuShares": cores}});
            crate::placement::scale_cpu_shares(&mut body, ncpu);
            let options = WorkloadOptions {
                cpu_shares: CpuShares::Cores,
                ncpu,
            };
            let workload = Workload::from_engine(&json!({}), Some(&body), options);
            assert_eq!(workload.nano_cpus, cores * CPU, "{cores} of {ncpu}");
        }
    }
}
