use serde_json::json;

use super::*;
use crate::scheduler::DependencyKind;
use crate::scheduler::testing::{CPU, spec, try_spec};

fn text(body: Value) -> String {
    try_spec(body).unwrap_err().to_string()
}

#[test]
fn resources_are_read_from_where_any_version_puts_them() {
    let new = spec(json!({"HostConfig": {"Memory": 64, "NanoCpus": CPU, "CpuShares": 2}}));
    assert_eq!((new.memory, new.nano_cpus, new.cpu_shares), (64, CPU, 2));
    let old = spec(json!({"Memory": 64, "CpuShares": 2}));
    assert_eq!((old.memory, old.nano_cpus, old.cpu_shares), (64, 0, 2));
    let odd = spec(json!({"HostConfig": {"Memory": -1, "NanoCpus": null, "CpuShares": "2"}}));
    assert_eq!((odd.memory, odd.nano_cpus, odd.cpu_shares), (0, 0, 0));
    let float = spec(json!({"HostConfig": {"Memory": 64.0}}));
    assert_eq!(float.memory, 64);
}

#[test]
fn shares_count_as_cpus_when_they_are_cores() {
    let options = SpecOptions {
        cpu_shares: CpuShares::Cores,
    };
    let body = json!({"HostConfig": {"CpuShares": 2, "NanoCpus": CPU / 2}});
    let spec = Spec::parse(None, None, ApiVersion::v1(41), &body, &options).unwrap();
    assert_eq!(spec.nano_cpus, 2 * CPU + CPU / 2);
}

#[test]
fn wishes_count_before_and_after_they_became_labels() {
    let before = json!({"Env": ["constraint:storage==ssd", "affinity:container==~db", "whitelist:node==a|b*", "A=constraint:x==y"],
        "Labels": {"com.docker.swarm.constraints": "[\"node==a\"]"}});
    let mut after = before.clone();
    crate::placement::absorb(&mut after, || "id".to_owned()).unwrap();
    for body in [before, after] {
        let spec = spec(body);
        let shown = |exprs: &[Expr]| exprs.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shown(&spec.constraints), ["node==a", "storage==ssd"]);
        assert_eq!(shown(&spec.affinities), ["container==~db"]);
        assert_eq!(spec.whitelists.len(), 1);
        assert!(spec.has_soft());
    }
}

#[test]
fn bad_wishes_are_refused_in_words() {
    let env = |entry: &str| text(json!({"Env": [entry]}));
    assert_eq!(
        env("constraint:storage=ssd"),
        "constraint: invalid expression \"storage=ssd\": one of the operators ==, != is expected"
    );
    assert_eq!(
        env("affinity:image=="),
        "affinity: invalid expression \"image==\": the value is empty"
    );
    assert_eq!(
        env("whitelist:node!=a"),
        "whitelist: invalid expression \"node!=a\": only == is possible"
    );
    assert_eq!(
        env("whitelist:node==a||b"),
        "whitelist: invalid expression \"node==a||b\": the value is empty"
    );
    assert_eq!(
        text(json!({"Labels": {"com.docker.swarm.affinities": "container==db"}})),
        "label com.docker.swarm.affinities must be a JSON array of strings"
    );
    assert_eq!(try_spec(json!([])).unwrap_err(), SpecError::NotAnObject);
}

#[test]
fn one_known_rescheduling_policy_at_most() {
    let policy = |entries: Value| try_spec(json!({"Env": entries})).map(|spec| spec.reschedule);
    assert_eq!(policy(json!([])), Ok(Reschedule::Off));
    assert_eq!(policy(json!(["reschedule:off"])), Ok(Reschedule::Off));
    assert_eq!(
        policy(json!(["reschedule:on-node-failure"])),
        Ok(Reschedule::OnNodeFailure)
    );
    assert_eq!(
        policy(json!(["reschedule:always"])),
        Err(SpecError::UnknownPolicy("always".into()))
    );
    assert_eq!(
        policy(json!(["reschedule:off", "reschedule:off"])),
        Err(SpecError::ManyPolicies(2))
    );
}

#[test]
fn volumes_networks_and_containers_are_found() {
    let spec = spec(json!({
        "HostConfig": {
            "Binds": ["data:/d", "data:/e:ro", "/host:/h", "./rel:/r", "c:\\x:/x", "a/other:/o", "/anonymous"],
            "Mounts": [{"Type": "volume", "Source": "m"}, {"Type": "volume"}, {"Type": "bind", "Source": "b"},
                {"Type": "volume", "Source": "n", "VolumeOptions": {"DriverConfig": {"Name": "nfs"}}}],
            "VolumesFrom": ["src:ro"], "Links": ["db:alias"], "PidMode": "container:p", "IpcMode": "host",
            "NetworkMode": "back"},
        "NetworkingConfig": {"EndpointsConfig": {"back": {}, "a/front": {}, "bridge": {}}}}));
    let shown = |mentions: &[Mention]| -> Vec<String> {
        let one = |m: &Mention| format!("{}/{}", m.node.as_deref().unwrap_or("*"), m.name);
        mentions.iter().map(one).collect()
    };
    assert_eq!(shown(&spec.volumes), ["*/data", "a/other", "*/m"]);
    assert_eq!(shown(&spec.networks), ["*/back", "a/front"]);
    let needs = spec.dependencies.iter().map(|d| (d.kind, &*d.reference));
    assert_eq!(
        needs.collect::<Vec<_>>(),
        [
            (DependencyKind::VolumesFrom, "src"),
            (DependencyKind::Link, "db"),
            (DependencyKind::Pid, "p")
        ]
    );
}

#[test]
fn no_ports_are_published_without_a_network_of_its_own() {
    for mode in ["host", "none", "container:x"] {
        let host = json!({"NetworkMode": mode, "PortBindings": {"80/tcp": [{"HostPort": "80"}]}});
        assert!(spec(json!({"HostConfig": host})).ports.is_empty(), "{mode}");
    }
    let odd = json!({"PortBindings": {"80/tcp": null, "x": [], "81/tcp": [{"HostPort": 81}], "82/tcp": [{"HostPort": "9-8"}]}});
    assert_eq!(spec(json!({"HostConfig": odd})).ports.len(), 1);
}

#[test]
fn a_lease_occupies_what_the_create_asked_for() {
    let body = json!({"Image": "busybox", "Labels": {"com.docker.swarm.id": "s", "k": "v"},
        "HostConfig": {"Memory": 5, "Binds": ["data:/d"], "PortBindings": {"80/tcp": [{"HostPort": "80"}]}}});
    let options = SpecOptions::default();
    let spec = Spec::parse(Some("/web"), None, ApiVersion::v1(41), &body, &options).unwrap();
    let lease = spec.workload("lease-1");
    assert_eq!(
        (&*lease.id, &*lease.image, lease.memory),
        ("lease-1", "busybox", 5)
    );
    assert!(lease.has_name("web"));
    assert_eq!(
        (lease.swarm_id.as_deref(), lease.labels.get("k")),
        (Some("s"), Some("v"))
    );
    assert_eq!(
        (lease.ports.len(), &*lease.volumes[0], lease.running),
        (1, "data", false)
    );
}
