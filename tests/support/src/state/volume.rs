//! Volumes and what containers mount.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    container::{Mount, Spec},
    store::State,
};
use crate::error::{Outcome, Refusal};

/// A volume.
#[derive(Debug)]
pub(crate) struct Volume {
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    pub(crate) config: Map<String, Value>,
    pub(crate) anonymous: bool,
}

impl Volume {
    pub(crate) fn mountpoint(name: &str) -> String {
        format!("/var/lib/docker/volumes/{name}/_data")
    }
}

impl State {
    pub(crate) fn volume(&self, name: &str) -> Outcome<&Volume> {
        let found = self.volumes.iter().find(|volume| volume.name == name);
        found.ok_or_else(|| Refusal::missing(format!("get {name}: no such volume")))
    }

    /// Creates a volume, or finds the one of that name.
    pub(crate) fn create_volume(&mut self, body: &Value, now: Timestamp) -> Outcome<String> {
        let asked = body.get("Name").and_then(Value::as_str).unwrap_or_default();
        let name = if asked.is_empty() {
            self.new_id()
        } else {
            asked.to_owned()
        };
        if self.volumes.iter().any(|volume| volume.name == name) {
            return Ok(name);
        }
        let driver = body
            .get("Driver")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !matches!(driver, "" | "local") {
            let message = format!(
                "create {name}: error looking up volume plugin {driver}: plugin \"{driver}\" not found"
            );
            return Err(Refusal::missing(message));
        }
        let config = body.as_object().cloned().unwrap_or_default();
        let volume = Volume {
            name: name.clone(),
            created: now,
            config,
            anonymous: asked.is_empty(),
        };
        self.volumes.push(volume);
        self.volume_event("create", &name, None);
        Ok(name)
    }

    pub(crate) fn remove_volume(&mut self, name: &str, force: bool) -> Outcome<()> {
        match self.volume(name) {
            Err(_) if force => return Ok(()),
            found => found?,
        };
        let users = self.users_of_volume(name);
        if !users.is_empty() {
            return Err(Refusal::conflict(format!(
                "remove {name}: volume is in use - [{}]",
                users.join(", ")
            )));
        }
        self.volumes.retain(|volume| volume.name != name);
        self.volume_event("destroy", name, None);
        Ok(())
    }

    pub(crate) fn users_of_volume(&self, name: &str) -> Vec<String> {
        let mounts = |container: &&super::Container| {
            container
                .mounts
                .iter()
                .any(|mount| mount.volume.as_deref() == Some(name))
        };
        self.containers
            .iter()
            .filter(mounts)
            .map(|container| container.id.clone())
            .collect()
    }

    /// What a create asks to have mounted; named volumes that are missing are made.
    pub(crate) fn mounts_of(&mut self, spec: &Spec, now: Timestamp) -> Outcome<Vec<Mount>> {
        let mut mounts = Vec::new();
        for bind in super::container::words(spec.host.get("Binds")) {
            let mut parts = bind.splitn(3, ':');
            let (source, destination) = (
                parts.next().unwrap_or_default(),
                parts.next().unwrap_or_default(),
            );
            mounts.push(self.mount(source, destination, parts.next().unwrap_or_default(), now)?);
        }
        let asked = spec.host.get("Mounts").and_then(Value::as_array);
        for mount in asked.into_iter().flatten() {
            let text = |key: &str| mount.get(key).and_then(Value::as_str).unwrap_or_default();
            let mode = if mount.get("ReadOnly").and_then(Value::as_bool) == Some(true) {
                "ro"
            } else {
                ""
            };
            mounts.push(self.mount(text("Source"), text("Target"), mode, now)?);
        }
        for destination in spec
            .config
            .get("Volumes")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(Map::keys)
        {
            if !mounts.iter().any(|mount| &mount.destination == destination) {
                mounts.push(self.mount("", destination, "", now)?);
            }
        }
        for other in super::container::words(spec.host.get("VolumesFrom")) {
            let name = other.split(':').next().unwrap_or_default();
            let index = self
                .container_index(name)
                .map_err(|refusal| Refusal::bad(refusal.message))?;
            mounts.extend(self.containers[index].mounts.iter().cloned());
        }
        Ok(mounts)
    }

    fn mount(
        &mut self,
        source: &str,
        destination: &str,
        mode: &str,
        now: Timestamp,
    ) -> Outcome<Mount> {
        let writable = !mode.split(',').any(|part| part == "ro");
        let (destination, mode) = (destination.to_owned(), mode.to_owned());
        if source.starts_with('/') {
            return Ok(Mount {
                volume: None,
                source: source.to_owned(),
                destination,
                mode,
                writable,
            });
        }
        let name = self.create_volume(&serde_json::json!({ "Name": source }), now)?;
        let mode = if mode.is_empty() {
            "z".to_owned()
        } else {
            mode
        };
        Ok(Mount {
            source: Volume::mountpoint(&name),
            volume: Some(name),
            destination,
            mode,
            writable,
        })
    }

    pub(crate) fn volume_event(&mut self, action: &str, name: &str, mount: Option<(&str, &Mount)>) {
        let mut attributes = Map::new();
        attributes.insert("driver".into(), "local".into());
        if let Some((container, mount)) = mount {
            attributes.insert("container".into(), container.into());
            if action == "mount" {
                attributes.insert("destination".into(), mount.destination.as_str().into());
                attributes.insert("propagation".into(), "".into());
                attributes.insert("read/write".into(), mount.writable.to_string().into());
            }
        }
        self.emit("volume", action, name, attributes);
    }
}
