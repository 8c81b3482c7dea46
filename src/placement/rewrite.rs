//! Names in bodies, made the ones an engine knows: `node/name`, swarm ids and ids of moved objects mean nothing to it.

use serde_json::{Map, Value};

use crate::scheduler::mentions::{bind_volume, is_user_network};

/// A name in a body, and what it is a name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'a> {
    /// A container.
    Container(&'a str),
    /// A user-defined network.
    Network(&'a str),
    /// A named volume.
    Volume(&'a str),
}

/// Rewrites every name in a create body; `resolve` gives the engine's name, or `None` to leave it.
pub fn rewrite_create(body: &mut Value, resolve: impl Fn(Reference<'_>) -> Option<String>) {
    let resolve: &Resolve<'_> = &resolve;
    if let Some(host) = body.get_mut("HostConfig") {
        rewrite_host_config(host, resolve);
    }
    let networking = body.get_mut("NetworkingConfig");
    let endpoints = networking.and_then(|config| config.get_mut("EndpointsConfig"));
    if let Some(endpoints) = endpoints.and_then(Value::as_object_mut) {
        let renamed = std::mem::take(endpoints)
            .into_iter()
            .map(|(name, mut endpoint)| {
                links(endpoint.get_mut("Links"), resolve);
                (network(&name, resolve).unwrap_or(name), endpoint)
            });
        *endpoints = renamed.collect::<Map<_, _>>();
    }
}

/// Rewrites every name in a `HostConfig`, also one that comes as a start body of API < 1.15.
pub fn rewrite_host_config(host: &mut Value, resolve: impl Fn(Reference<'_>) -> Option<String>) {
    let resolve: &Resolve<'_> = &resolve;
    links(host.get_mut("Links"), resolve);
    each(host.get_mut("VolumesFrom"), |from| {
        let (target, mode) = split(from);
        Some(resolve(Reference::Container(target))? + mode)
    });
    each(host.get_mut("Binds"), |bind| {
        let source = bind_volume(bind)?;
        Some(resolve(Reference::Volume(source))? + &bind[source.len()..])
    });
    let mounts = host.get_mut("Mounts").and_then(Value::as_array_mut);
    for mount in mounts.into_iter().flatten() {
        if mount["Type"].as_str() == Some("volume") {
            edit(mount.get_mut("Source"), |source| {
                resolve(Reference::Volume(source))
            });
        }
    }
    for key in ["PidMode", "IpcMode"] {
        edit(host.get_mut(key), |mode| container_mode(mode, resolve));
    }
    edit(host.get_mut("NetworkMode"), |mode| {
        container_mode(mode, resolve).or_else(|| network(mode, resolve))
    });
}

/// Rewrites the container and the links in the body of a network's connect or disconnect.
pub fn rewrite_connect(body: &mut Value, resolve: impl Fn(Reference<'_>) -> Option<String>) {
    edit(body.get_mut("Container"), |name| {
        resolve(Reference::Container(name))
    });
    let endpoint = body.get_mut("EndpointConfig");
    links(
        endpoint.and_then(|endpoint| endpoint.get_mut("Links")),
        &resolve,
    );
}

type Resolve<'r> = dyn Fn(Reference<'_>) -> Option<String> + 'r;

fn edit(value: Option<&mut Value>, change: impl FnOnce(&str) -> Option<String>) {
    let Some(value) = value else { return };
    let text = value.as_str().filter(|text| !text.is_empty());
    if let Some(changed) = text.and_then(change) {
        *value = Value::String(changed);
    }
}

fn each(list: Option<&mut Value>, change: impl Fn(&str) -> Option<String>) {
    for value in list.and_then(Value::as_array_mut).into_iter().flatten() {
        edit(Some(value), &change);
    }
}

/// `name` and `:rest`.
fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find(':').unwrap_or(text.len()))
}

fn links(list: Option<&mut Value>, resolve: &Resolve<'_>) {
    each(list, |link| {
        let (target, alias) = split(link);
        let resolved = resolve(Reference::Container(target))?;
        if alias.is_empty() {
            // The engine takes the name for the alias: it stays the one that was written.
            let plain = target.rsplit('/').next().unwrap_or(target);
            return Some(format!("{resolved}:{plain}"));
        }
        Some(resolved + alias)
    });
}

fn container_mode(mode: &str, resolve: &Resolve<'_>) -> Option<String> {
    let target = mode.strip_prefix("container:")?;
    Some(format!(
        "container:{}",
        resolve(Reference::Container(target))?
    ))
}

fn network(name: &str, resolve: &Resolve<'_>) -> Option<String> {
    is_user_network(name)
        .then(|| resolve(Reference::Network(name)))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn resolve(reference: Reference<'_>) -> Option<String> {
        let (kind, name) = match reference {
            Reference::Container(name) => ("c", name),
            Reference::Network(name) => ("n", name),
            Reference::Volume(name) => ("v", name),
        };
        let (node, plain) = name.split_once('/')?;
        (node == "a").then(|| format!("{kind}-{plain}"))
    }

    #[test]
    fn every_place_that_names_something_is_rewritten() {
        let mut body = json!({
            "Image": "a/image",
            "HostConfig": {
                "Links": ["a/db:db", "a/cache", "plain:p", "b/db:x"],
                "VolumesFrom": ["a/data:ro", "a/data", "plain"],
                "Binds": ["a/vol:/a/x:ro", "/a/vol:/v", "plain:/p"],
                "Mounts": [{"Type": "volume", "Source": "a/vol"}, {"Type": "bind", "Source": "a/vol"}],
                "NetworkMode": "a/net", "PidMode": "container:a/db", "IpcMode": "container:a/db",
            },
            "NetworkingConfig": {"EndpointsConfig": {
                "z": {"Links": ["a/db:db"]}, "a/net": {"Aliases": ["a/b"]}, "host": null}},
        });
        rewrite_create(&mut body, resolve);
        let expected = json!({
            "Image": "a/image",
            "HostConfig": {
                "Links": ["c-db:db", "c-cache:cache", "plain:p", "b/db:x"],
                "VolumesFrom": ["c-data:ro", "c-data", "plain"],
                "Binds": ["v-vol:/a/x:ro", "/a/vol:/v", "plain:/p"],
                "Mounts": [{"Type": "volume", "Source": "v-vol"}, {"Type": "bind", "Source": "a/vol"}],
                "NetworkMode": "n-net", "PidMode": "container:c-db", "IpcMode": "container:c-db",
            },
            "NetworkingConfig": {"EndpointsConfig": {
                "z": {"Links": ["c-db:db"]}, "n-net": {"Aliases": ["a/b"]}, "host": null}},
        });
        // As text, so that the order of keys counts.
        assert_eq!(body.to_string(), expected.to_string());
    }

    #[test]
    fn another_containers_network_is_a_container() {
        let mut host = json!({"NetworkMode": "container:a/db"});
        rewrite_host_config(&mut host, resolve);
        assert_eq!(host, json!({"NetworkMode": "container:c-db"}));
    }

    #[test]
    fn odd_shapes_are_left_alone() {
        for odd in [
            json!(null),
            json!([]),
            json!({"HostConfig": null, "NetworkingConfig": {"EndpointsConfig": null}}),
            json!({"HostConfig": {"Links": {}, "Binds": [1, null], "Mounts": ["a/b"], "NetworkMode": 5}}),
        ] {
            let mut body = odd.clone();
            rewrite_create(&mut body, resolve);
            assert_eq!(body, odd);
        }
    }

    #[test]
    fn connecting_names_a_container_and_links() {
        let mut body = json!({"Container": "a/web", "EndpointConfig": {"Links": ["a/db:db"]}});
        rewrite_connect(&mut body, resolve);
        assert_eq!(
            body,
            json!({"Container": "c-web", "EndpointConfig": {"Links": ["c-db:db"]}})
        );
    }
}
