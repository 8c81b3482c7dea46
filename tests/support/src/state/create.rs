//! Making containers.

use std::sync::Arc;

use serde_json::Value;

use super::{
    container::{Container, Phase, Spec, words},
    network::Endpoint,
    process::Process,
    shell,
    store::State,
};
use crate::error::{Outcome, Refusal};

impl State {
    pub(crate) fn check_name(&self, name: &str) -> Outcome<()> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        let valid = name.len() > 1
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(allowed);
        if !valid {
            let message = format!(
                "Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
            );
            return Err(Refusal::bad(message));
        }
        match self
            .containers
            .iter()
            .find(|container| container.name == name)
        {
            None => Ok(()),
            Some(holder) => Err(Refusal::conflict(format!(
                "Conflict. The container name \"/{name}\" is already in use by container \"{}\". You have to remove (or rename) that container to be able to reuse that name.",
                holder.id
            ))),
        }
    }

    /// Creates a container from a create body.
    pub(crate) fn create_container(&mut self, name: Option<&str>, body: &Value) -> Outcome<String> {
        let name = match name.map(|name| name.strip_prefix('/').unwrap_or(name)) {
            None | Some("") => format!("calm_{:08x}", self.random.u32(..)),
            Some(name) => name.to_owned(),
        };
        self.check_name(&name)?;
        let image = body
            .get("Image")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let (image_id, command) = match image {
            "" => ("".into(), Vec::new()),
            image => self
                .image_or_refusal(image)
                .map(|image| (image.id.clone(), image.command()))?,
        };
        let spec = Arc::new(Spec::parse(body, &command));
        self.check_links(&spec)?;
        if spec.argv.is_empty() {
            return Err(Refusal::bad("No command specified"));
        }
        let mounts = self.mounts_of(&spec, self.clock.now())?;
        let id = self.add_container(name, spec, image.into(), image_id);
        let index = self.containers.len() - 1;
        self.containers[index].mounts = mounts;
        self.container_event(index, "create", &[]);
        Ok(id)
    }

    fn check_links(&self, spec: &Spec) -> Outcome<()> {
        for link in words(spec.host.get("Links")) {
            let name = link.split(':').next().unwrap_or_default();
            self.container_index(name).map_err(|refusal| {
                Refusal::bad(format!(
                    "could not get container for {name}: {}",
                    refusal.message
                ))
            })?;
        }
        Ok(())
    }

    /// Adds a container without a word to anyone; bulk filling shares the spec and the names.
    pub(crate) fn add_container(
        &mut self,
        name: String,
        spec: Arc<Spec>,
        image: Arc<str>,
        image_id: Arc<str>,
    ) -> String {
        let id = self.new_id();
        let mut endpoints: Vec<Endpoint> = Vec::new();
        let mode = spec.network_mode();
        if !mode.starts_with("container:") {
            let network = if mode == "default" { "bridge" } else { mode };
            let known = self.network(network).map(|found| found.name.clone());
            let network = known.unwrap_or_else(|_| network.to_owned());
            endpoints.push(Endpoint::new(&network, spec.endpoints.get(&network)));
        }
        for (network, config) in &spec.endpoints {
            if !endpoints
                .iter()
                .any(|endpoint| &endpoint.network == network)
                && network != "default"
            {
                endpoints.push(Endpoint::new(network, Some(config)));
            }
        }
        let process = Process::new(
            shell::program(&spec.argv),
            spec.flag("Tty"),
            spec.flag("OpenStdin"),
        );
        self.containers.push(Container {
            id: id.clone(),
            name,
            spec,
            image,
            image_id,
            created: self.clock.now(),
            phase: Phase::Created,
            started: None,
            finished: None,
            exit_code: 0,
            error: String::new(),
            pid: 0,
            process,
            endpoints,
            mounts: Vec::new(),
            ports: Vec::new(),
            execs: Vec::new(),
            files: Vec::new(),
        });
        id
    }
}
