//! Containers: list entries, inspect, execs, stats.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    endpoint::{network_settings, networks, port_entries},
    status::status,
    template::{EXEC, INSPECT, STATS, STATS_STOPPED, merge, odd, overlay},
};
use crate::state::{Container, Exec, Mount, Phase};

/// What a moment that has not come looks like.
const NEVER: &str = "0001-01-01T00:00:00Z";

/// An entry of `GET /containers/json`.
pub(crate) fn container_entry(
    container: &Container,
    now: Timestamp,
    size: bool,
    strange: bool,
) -> Value {
    let mut entry = Map::new();
    let mut put = |key: &str, value: Value| entry.insert(key.to_owned(), value);
    put("Id", container.id.as_str().into());
    put("Names", json!([format!("/{}", container.name)]));
    put("Image", container.image.as_ref().into());
    put("ImageID", container.image_id.as_ref().into());
    put("Command", quoted(&container.spec.argv).into());
    put("Created", container.created.as_second().into());
    let mut ports: Vec<Value> = container.ports.iter().flat_map(port_entries).collect();
    if strange {
        ports.push(json!({ "PrivatePort": 9, "Type": "hologram" }));
    }
    put("Ports", ports.into());
    if size {
        put("SizeRw", 0.into());
        put("SizeRootFs", 1_982_256.into());
    }
    put(
        "Labels",
        container
            .spec
            .config
            .get("Labels")
            .filter(|labels| labels.is_object())
            .cloned()
            .unwrap_or(json!({})),
    );
    put("State", container.phase.name().into());
    put("Status", status(container, now).into());
    put(
        "HostConfig",
        json!({ "NetworkMode": container.spec.network_mode() }),
    );
    put(
        "NetworkSettings",
        json!({ "Networks": networks(container, false) }),
    );
    put("Mounts", container.mounts.iter().map(mount).collect());
    let mut entry = Value::Object(entry);
    odd(&mut entry, strange);
    entry
}

/// `GET /containers/X/json`.
pub(crate) fn container_inspect(container: &Container, size: bool, strange: bool) -> Value {
    let mut out = INSPECT.clone();
    let spec = &container.spec;
    let directory = format!("/var/lib/docker/containers/{}", container.id);
    let path = |file: &str| match container.started {
        Some(_) => format!("{directory}/{file}"),
        None => String::new(),
    };
    let config = config(container, &out["Config"]);
    let host = overlay(&host_defaults(&out["HostConfig"]), &spec.host);
    merge(
        &mut out,
        json!({
            "Id": container.id,
            "Created": container.created.to_string(),
            "Path": spec.argv.first().map_or("", String::as_str),
            "Args": spec.argv.get(1..).unwrap_or_default(),
            "State": state(container),
            "Image": container.image_id.as_ref(),
            "ResolvConfPath": path("resolv.conf"),
            "HostnamePath": path("hostname"),
            "HostsPath": path("hosts"),
            "LogPath": path(&format!("{}-json.log", container.id)),
            "Name": format!("/{}", container.name),
            "ExecIDs": if container.execs.is_empty() { Value::Null } else { json!(container.execs) },
            "Mounts": container.mounts.iter().map(mount).collect::<Value>(),
        }),
    );
    merge(&mut out["HostConfig"], host.into());
    merge(
        &mut out["HostConfig"],
        json!({ "NetworkMode": spec.network_mode() }),
    );
    complete_bindings(&mut out["HostConfig"]["PortBindings"]);
    out["Config"] = config.into();
    let settings = network_settings(container);
    merge(&mut out["NetworkSettings"], settings);
    if size {
        merge(&mut out, json!({ "SizeRw": 0, "SizeRootFs": 1_982_256 }));
    }
    if strange {
        merge(&mut out["HostConfig"], json!({ "CgroupnsMode": "nested" }));
        odd(&mut out, true);
    }
    out
}

fn config(container: &Container, recorded: &Value) -> Map<String, Value> {
    let mut defaults = recorded.clone();
    let empty = json!({ "Hostname": container.id[..12], "ExposedPorts": {}, "Env": [], "Cmd": Value::Null, "Labels": {} });
    merge(&mut defaults, empty);
    let mut config = overlay(&defaults, &container.spec.config);
    if config["Cmd"].is_null() && config["Entrypoint"].is_null() {
        config.insert("Cmd".into(), json!(container.spec.argv));
    }
    if config["ExposedPorts"]
        .as_object()
        .is_some_and(Map::is_empty)
    {
        let exposed: Map<String, Value> = container
            .spec
            .exposed()
            .into_iter()
            .map(|port| (port, json!({})))
            .collect();
        if exposed.is_empty() {
            config.shift_remove("ExposedPorts");
        } else {
            config.insert("ExposedPorts".into(), exposed.into());
        }
    }
    config
}

/// The engine fills in what a client left out of a binding.
fn complete_bindings(bindings: &mut Value) {
    for binding in bindings
        .as_object_mut()
        .into_iter()
        .flat_map(Map::values_mut)
    {
        for binding in binding.as_array_mut().into_iter().flatten() {
            let mut complete = json!({ "HostIp": "", "HostPort": "" });
            merge(&mut complete, binding.take());
            *binding = complete;
        }
    }
}

/// The recorded container had some things set; these are the values of one that has not.
fn host_defaults(recorded: &Value) -> Value {
    let mut defaults = recorded.clone();
    let unset =
        json!({ "Binds": null, "PortBindings": {}, "Memory": 0, "NanoCpus": 0, "MemorySwap": 0 });
    merge(&mut defaults, unset);
    defaults
}

fn state(container: &Container) -> Value {
    let time = |time: Option<Timestamp>| time.map_or(NEVER.to_owned(), |time| time.to_string());
    let mut state = json!({
        "Status": container.phase.name(),
        "Running": container.is_up(),
        "Paused": container.phase == Phase::Paused,
        "Restarting": false,
        "OOMKilled": false,
        "Dead": false,
        "Pid": container.pid,
        "ExitCode": container.exit_code,
        "Error": container.error,
        "StartedAt": time(container.started),
        "FinishedAt": time(container.finished),
    });
    if container.spec.config.contains_key("Healthcheck") {
        let status = if container.is_up() {
            "healthy"
        } else {
            "unhealthy"
        };
        merge(
            &mut state,
            json!({ "Health": { "Status": status, "FailingStreak": 0, "Log": [] } }),
        );
    }
    state
}

fn mount(mount: &Mount) -> Value {
    match &mount.volume {
        Some(name) => json!({
            "Type": "volume", "Name": name, "Source": mount.source, "Destination": mount.destination,
            "Driver": "local", "Mode": mount.mode, "RW": mount.writable, "Propagation": "",
        }),
        None => json!({
            "Type": "bind", "Source": mount.source, "Destination": mount.destination,
            "Mode": mount.mode, "RW": mount.writable, "Propagation": "rprivate",
        }),
    }
}

/// The command as one line, words with blanks in quotes.
fn quoted(argv: &[String]) -> String {
    let word = |word: &String| {
        if word.contains([' ', ';', '"', '$', '&']) {
            format!("'{word}'")
        } else {
            word.clone()
        }
    };
    argv.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// `GET /exec/X/json`.
pub(crate) fn exec_inspect(exec: &Exec) -> Value {
    let mut out = EXEC.clone();
    merge(
        &mut out,
        json!({
            "ID": exec.id,
            "Running": exec.process.running,
            "ExitCode": exec.exit_code,
            "ProcessConfig": {
                "tty": exec.process.tty,
                "entrypoint": exec.argv.first(),
                "arguments": exec.argv.get(1..).unwrap_or_default(),
                "privileged": exec.flag("Privileged"),
            },
            "OpenStdin": exec.flag("AttachStdin"),
            "OpenStderr": exec.flag("AttachStderr"),
            "OpenStdout": exec.flag("AttachStdout"),
            "ContainerID": exec.container,
            "Pid": exec.pid,
        }),
    );
    out
}

/// One sample of `GET /containers/X/stats`.
pub(crate) fn stats(container: &Container, now: Timestamp) -> Value {
    let mut out = if container.is_up() {
        STATS.clone()
    } else {
        STATS_STOPPED.clone()
    };
    merge(
        &mut out,
        json!({ "name": format!("/{}", container.name), "id": container.id }),
    );
    if container.is_up() {
        merge(&mut out, json!({ "read": now.to_string() }));
    }
    out
}
