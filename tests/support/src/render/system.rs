//! The engine itself: info, version, disk usage.

use serde_json::{Value, json};

use super::{
    container_entry, image_entry,
    template::{INFO, VERSION, merge, odd},
    volume,
};
use crate::{
    engine::Identity,
    state::{Phase, State},
};

/// `GET /info`.
pub(crate) fn info(identity: &Identity, state: &State) -> Value {
    let count = |phases: &[Phase]| {
        state
            .containers
            .iter()
            .filter(|container| phases.contains(&container.phase))
            .count()
    };
    let mut out = INFO.clone();
    merge(
        &mut out,
        json!({
            "ID": identity.id,
            "Name": identity.name,
            "Containers": state.containers.len(),
            "ContainersRunning": count(&[Phase::Running]),
            "ContainersPaused": count(&[Phase::Paused]),
            "ContainersStopped": count(&[Phase::Created, Phase::Exited]),
            "Images": state.images.len(),
            "NEventsListener": state.events.listeners(),
            "SystemTime": state.clock.now().to_string(),
            "NCPU": identity.cpus,
            "MemTotal": identity.memory,
            "Labels": identity.labels,
            "ServerVersion": identity.version,
            "OSType": identity.os,
            "Architecture": identity.architecture,
        }),
    );
    if identity.odd {
        merge(&mut out["Swarm"], json!({ "LocalNodeState": "hovering" }));
        merge(&mut out, json!({ "CgroupVersion": "3" }));
    }
    odd(&mut out, identity.odd);
    out
}

/// `GET /version`.
pub(crate) fn version(identity: &Identity) -> Value {
    let mut out = VERSION.clone();
    let arch = match identity.architecture.as_str() {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let common = json!({ "ApiVersion": identity.api.to_string(), "MinAPIVersion": identity.min_api.to_string(), "Os": identity.os, "Arch": arch });
    merge(&mut out, common.clone());
    merge(&mut out, json!({ "Version": identity.version }));
    let engine = &mut out["Components"][0];
    merge(engine, json!({ "Version": identity.version }));
    merge(&mut engine["Details"], common);
    odd(&mut out, identity.odd);
    out
}

/// `GET /system/df`.
pub(crate) fn disk_usage(state: &State) -> Value {
    let (now, strange) = (state.clock.now(), state.events.odd);
    let users = |id: &str| {
        state
            .containers
            .iter()
            .filter(|container| container.image_id.as_ref() == id)
            .count()
    };
    let image = |image| {
        let mut entry = image_entry(image, strange);
        merge(
            &mut entry,
            json!({ "Containers": users(&image.id), "SharedSize": 0 }),
        );
        entry
    };
    let usage = |one| {
        let mut entry = volume(one, strange);
        merge(
            &mut entry,
            json!({ "UsageData": { "RefCount": state.users_of_volume(&one.name).len(), "Size": 0 } }),
        );
        entry
    };
    json!({
        "LayersSize": state.images.iter().map(|image| image.size).sum::<u64>(),
        "Images": state.images.iter().map(image).collect::<Vec<_>>(),
        "Containers": state.containers.iter().map(|container| container_entry(container, now, true, strange)).collect::<Vec<_>>(),
        "Volumes": state.volumes.iter().map(usage).collect::<Vec<_>>(),
        "BuildCache": null,
        "BuilderSize": 0,
    })
}
