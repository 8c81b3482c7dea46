//! Engines read the keys of a create body whatever their case; here each is written in one way, so that what is
//! looked at and edited is what the engine will see.

use serde_json::{Map, Value};

/// Which keys are looked at or edited, and where.
enum Shape {
    /// A value with no keys of interest in it.
    Leaf,
    /// An object with these keys, among others.
    Object(&'static [(&'static str, Shape)]),
    /// A list, or an object whose keys are the client's to choose.
    Each(&'static Shape),
}

use Shape::{Each, Leaf, Object};

const HOST_CONFIG: Shape = Object(&[
    ("Binds", Leaf),
    ("CpuShares", Leaf),
    ("IpcMode", Leaf),
    ("Links", Leaf),
    ("Memory", Leaf),
    ("Mounts", Each(&MOUNT)),
    ("NanoCpus", Leaf),
    ("NetworkMode", Leaf),
    ("PidMode", Leaf),
    ("PortBindings", Each(&Each(&BINDING))),
    ("VolumeDriver", Leaf),
    ("VolumesFrom", Leaf),
]);
const MOUNT: Shape = Object(&[
    ("Source", Leaf),
    ("Type", Leaf),
    (
        "VolumeOptions",
        Object(&[("DriverConfig", Object(&[("Name", Leaf)]))]),
    ),
]);
const BINDING: Shape = Object(&[("HostIp", Leaf), ("HostPort", Leaf)]);
const ENDPOINT: Shape = Object(&[("Links", Leaf)]);
const BODY: Shape = Object(&[
    ("CpuShares", Leaf),
    ("Env", Leaf),
    ("ExposedPorts", Leaf),
    ("HostConfig", HOST_CONFIG),
    ("Image", Leaf),
    ("Labels", Leaf),
    ("Memory", Leaf),
    (
        "NetworkingConfig",
        Object(&[("EndpointsConfig", Each(&ENDPOINT))]),
    ),
    ("VolumeDriver", Leaf),
]);

/// Writes the keys of a create body that matter to placement the way they are documented.
pub(super) fn settle(body: &mut Value) {
    walk(body, &BODY);
}

/// The same for a `HostConfig`, which is what the body of a start is below API 1.24.
pub(super) fn settle_host(host: &mut Value) {
    walk(host, &HOST_CONFIG);
}

fn walk(value: &mut Value, shape: &Shape) {
    match (shape, value) {
        (Object(keys), Value::Object(map)) => {
            rename(map, keys);
            for (key, shape) in *keys {
                if let Some(value) = map.get_mut(*key) {
                    walk(value, shape);
                }
            }
        }
        (Each(shape), Value::Object(map)) => map.values_mut().for_each(|value| walk(value, shape)),
        (Each(shape), Value::Array(list)) => list.iter_mut().for_each(|value| walk(value, shape)),
        _ => {}
    }
}

fn rename(map: &mut Map<String, Value>, keys: &[(&str, Shape)]) {
    let documented = |name: &str| {
        let mut all = keys.iter().map(|(key, _)| *key);
        all.find(|key| key.eq_ignore_ascii_case(name))
    };
    if map
        .keys()
        .all(|name| documented(name).is_none_or(|key| key == name))
    {
        return;
    }
    for (name, value) in std::mem::take(map) {
        let name = documented(&name).map_or(name, str::to_owned);
        match (map.get_mut(&name), value) {
            // Of two that differ by case the engine takes the later, and unites objects.
            (Some(Value::Object(first)), Value::Object(second)) => first.extend(second),
            (Some(first), value) => *first = value,
            (None, value) => {
                map.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settled(mut body: Value) -> String {
        settle(&mut body);
        body.to_string()
    }

    #[test]
    fn keys_of_any_case_are_found_and_values_stay() {
        let body = json!({"image": "x", "ENV": ["a=B"], "Zed": {"Env": 1, "env": 2}, "hostconfig": {
            "memory": 5, "Portbindings": {"80/TCP": [{"hostport": "80", "Other": 1}]},
            "mounts": [{"type": "volume", "SOURCE": "Data", "volumeoptions": {"driverconfig": {"name": "nfs"}}}]},
            "networkingConfig": {"endpointsConfig": {"Back": {"links": ["Db:db"]}}}});
        let expected = json!({"Image": "x", "Env": ["a=B"], "Zed": {"Env": 1, "env": 2}, "HostConfig": {
            "Memory": 5, "PortBindings": {"80/TCP": [{"HostPort": "80", "Other": 1}]},
            "Mounts": [{"Type": "volume", "Source": "Data", "VolumeOptions": {"DriverConfig": {"Name": "nfs"}}}]},
            "NetworkingConfig": {"EndpointsConfig": {"Back": {"Links": ["Db:db"]}}}});
        assert_eq!(settled(body), expected.to_string());
    }

    #[test]
    fn of_two_cases_the_later_counts_and_objects_unite() {
        let body = json!({"Env": ["a"], "env": ["b"], "Labels": {"a": "1", "b": "1"}, "labels": {"b": "2"}});
        assert_eq!(
            settled(body),
            json!({"Env": ["b"], "Labels": {"a": "1", "b": "2"}}).to_string()
        );
    }

    #[test]
    fn what_is_as_documented_is_not_touched() {
        for body in [
            json!({"Image": "x", "HostConfig": {"Memory": 1, "x": null}}),
            json!([1]),
            json!(null),
        ] {
            assert_eq!(settled(body.clone()), body.to_string());
        }
    }
}
