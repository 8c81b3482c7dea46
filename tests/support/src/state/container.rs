//! A container: what was asked for, shared, and the little that changes.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{network::Endpoint, process::Process, tar::TarFile};

/// Where a container is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Created,
    Running,
    Paused,
    Exited,
}

impl Phase {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Exited => "exited",
        }
    }
}

/// A create body, taken apart. Containers made in bulk share one.
#[derive(Debug, Default)]
pub(crate) struct Spec {
    /// The body without its two nested objects.
    pub(crate) config: Map<String, Value>,
    pub(crate) host: Map<String, Value>,
    /// `NetworkingConfig.EndpointsConfig`.
    pub(crate) endpoints: Map<String, Value>,
    /// Entrypoint and command together.
    pub(crate) argv: Vec<String>,
}

impl Spec {
    pub(crate) fn parse(body: &Value, image_command: &[String]) -> Self {
        let mut config = body.as_object().cloned().unwrap_or_default();
        let mut nested = |key: &str| match config.shift_remove(key) {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        let host = nested("HostConfig");
        let endpoints = match nested("NetworkingConfig").shift_remove("EndpointsConfig") {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        let mut argv = words(config.get("Entrypoint"));
        let command = words(config.get("Cmd"));
        if argv.is_empty() && command.is_empty() {
            argv.extend_from_slice(image_command);
        }
        argv.extend(command);
        Self {
            config,
            host,
            endpoints,
            argv,
        }
    }

    pub(crate) fn flag(&self, key: &str) -> bool {
        self.config
            .get(key)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }

    pub(crate) fn labels(&self) -> Option<&Map<String, Value>> {
        self.config.get("Labels").and_then(Value::as_object)
    }

    pub(crate) fn network_mode(&self) -> &str {
        match self.host.get("NetworkMode").and_then(Value::as_str) {
            None | Some("") => "default",
            Some(mode) => mode,
        }
    }

    pub(crate) fn auto_remove(&self) -> bool {
        self.host
            .get("AutoRemove")
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }

    /// The ports named by `ExposedPorts` and `PortBindings`, as `80/tcp`.
    pub(crate) fn exposed(&self) -> Vec<String> {
        let mut ports: Vec<String> = Vec::new();
        for map in [
            self.config.get("ExposedPorts"),
            self.host.get("PortBindings"),
        ] {
            for port in map
                .and_then(Value::as_object)
                .into_iter()
                .flat_map(Map::keys)
            {
                let port = if port.contains('/') {
                    port.clone()
                } else {
                    format!("{port}/tcp")
                };
                if !ports.contains(&port) {
                    ports.push(port);
                }
            }
        }
        ports
    }
}

/// A string list that old clients also send as one string.
pub(crate) fn words(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Some(Value::String(one)) => one.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// A published or merely exposed port.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Port {
    pub(crate) private: u16,
    pub(crate) protocol: String,
    /// Address and port on the host, when published.
    pub(crate) public: Option<(String, u16)>,
}

/// Something mounted.
#[derive(Debug, Clone)]
pub(crate) struct Mount {
    /// The volume's name; a bind has none.
    pub(crate) volume: Option<String>,
    pub(crate) source: String,
    pub(crate) destination: String,
    pub(crate) mode: String,
    pub(crate) writable: bool,
}

/// A container.
#[derive(Debug)]
pub(crate) struct Container {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) spec: Arc<Spec>,
    /// The image as the client named it.
    pub(crate) image: Arc<str>,
    pub(crate) image_id: Arc<str>,
    pub(crate) created: Timestamp,
    pub(crate) phase: Phase,
    pub(crate) started: Option<Timestamp>,
    pub(crate) finished: Option<Timestamp>,
    pub(crate) exit_code: i64,
    pub(crate) error: String,
    pub(crate) pid: u32,
    pub(crate) process: Process,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) ports: Vec<Port>,
    pub(crate) execs: Vec<String>,
    pub(crate) files: Vec<TarFile>,
}

impl Container {
    pub(crate) fn is_up(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Paused)
    }

    /// What an event about it says.
    pub(crate) fn attributes(&self) -> Map<String, Value> {
        let mut attributes = self.spec.labels().cloned().unwrap_or_default();
        attributes.insert("image".into(), self.image.as_ref().into());
        attributes.insert("name".into(), self.name.as_str().into());
        attributes
    }
}
