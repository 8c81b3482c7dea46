//! Edits to a create body on its way to an engine. Only the keys named here are touched, and their order is kept.

use serde_json::{Map, Value};

use super::keys;
use crate::scheduler::directive::Directive;
use crate::scheduler::{SpecError, labels};

/// Moves placement wishes from `Env` into labels, and adds a swarm id unless there is one. Comes before anything else is
/// read from the body: keys in another case than the documented one are put right first.
///
/// # Errors
/// When the body is no object, or a label that should hold a JSON array does not.
pub fn absorb(body: &mut Value, new_id: impl FnOnce() -> String) -> Result<(), SpecError> {
    keys::settle(body);
    let Some(body) = body.as_object_mut() else {
        return Err(SpecError::NotAnObject);
    };
    let wishes = take_wishes(body);
    let absent = body.get("Labels").is_none_or(Value::is_null);
    if absent {
        body.insert("Labels".to_owned(), Value::Object(Map::new()));
    }
    // Labels of another type are for the engine to refuse.
    let Some(labels) = body.get_mut("Labels").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    for kind in Directive::ALL {
        let of_kind = wishes.iter().filter(|(other, _)| *other == kind);
        append(labels, kind, of_kind.map(|(_, wish)| wish.as_str()))?;
    }
    let has_id = |id: &Value| id.as_str().is_some_and(|id| !id.is_empty());
    if !labels.get(labels::SWARM_ID).is_some_and(has_id) {
        labels.insert(labels::SWARM_ID.to_owned(), new_id().into());
    }
    Ok(())
}

fn take_wishes(body: &mut Map<String, Value>) -> Vec<(Directive, String)> {
    let mut wishes = Vec::new();
    if let Some(env) = body.get_mut("Env").and_then(Value::as_array_mut) {
        env.retain(|entry| match entry.as_str().and_then(Directive::from_env) {
            Some((kind, wish)) => {
                wishes.push((kind, wish.to_owned()));
                false
            }
            None => true,
        });
    }
    wishes
}

fn append<'a>(
    labels: &mut Map<String, Value>,
    kind: Directive,
    wishes: impl Iterator<Item = &'a str>,
) -> Result<(), SpecError> {
    let mut all = kind.read_label(labels.get(kind.label()))?;
    let before = all.len();
    all.extend(wishes.map(str::to_owned));
    if all.len() > before {
        let text = Value::from(all).to_string();
        labels.insert(kind.label().to_owned(), text.into());
    }
    Ok(())
}

/// Turns CPU shares that mean whole CPUs into the weight an engine of `ncpu` CPUs understands.
pub fn scale_cpu_shares(body: &mut Value, ncpu: i64) {
    if ncpu <= 0 {
        return;
    }
    let scale = |holder: Option<&mut Value>| {
        let Some(shares) = holder.and_then(|holder| holder.get_mut("CpuShares")) else {
            return;
        };
        if let Some(cores) = shares.as_i64().filter(|cores| *cores > 0) {
            let weight = (i128::from(cores) * 1024 + i128::from(ncpu) - 1) / i128::from(ncpu);
            *shares = i64::try_from(weight).unwrap_or(i64::MAX).into();
        }
    };
    scale(body.get_mut("HostConfig"));
    scale(Some(body));
}

/// The create body that a start body of API < 1.15 completes: what it says of the host replaces what the create said.
pub fn merge_start(create: &Value, start: &Value) -> Value {
    let mut merged = create.clone();
    let (Some(body), Some(start)) = (merged.as_object_mut(), start.as_object()) else {
        return merged;
    };
    let host = body.entry("HostConfig").or_insert(Value::Null);
    if !host.is_object() {
        *host = Value::Object(Map::new());
    }
    if let Some(host) = host.as_object_mut() {
        let said = start.iter().filter(|(_, value)| !value.is_null());
        host.extend(said.map(|(key, value)| (key.clone(), value.clone())));
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn absorbed(mut body: Value) -> Value {
        absorb(&mut body, || "5a".repeat(32)).unwrap();
        body
    }

    #[test]
    fn wishes_leave_the_environment_and_join_the_labels() {
        let body = json!({
            "Image": "busybox",
            "Env": ["A=1", "constraint:storage==ssd", "affinity:container==db", "B=constraint:x==y",
                "constraint:region!=us", "reschedule:on-node-failure", "whitelist:node==a|b"],
            "Labels": {"x": "y", "com.docker.swarm.constraints": "[\"node==a\"]"},
        });
        let expected = json!({
            "Image": "busybox",
            "Env": ["A=1", "B=constraint:x==y"],
            "Labels": {
                "x": "y",
                "com.docker.swarm.constraints": "[\"node==a\",\"storage==ssd\",\"region!=us\"]",
                "com.docker.swarm.affinities": "[\"container==db\"]",
                "com.docker.swarm.whitelists": "[\"node==a|b\"]",
                "com.docker.swarm.reschedule-policies": "[\"on-node-failure\"]",
                "com.docker.swarm.id": "5a".repeat(32),
            },
        });
        // As text, so that the order of keys counts.
        assert_eq!(absorbed(body).to_string(), expected.to_string());
    }

    #[test]
    fn everything_else_stays_as_it_was_written() {
        let text = r#"{"Zeta":[1,2.50,{"b":null,"a":1e3}],"Env":["A=1"],"Labels":{"com.docker.swarm.constraints":"[ \"a==b\" ]","com.docker.swarm.id":"mine"},"HostConfig":{"Future":{"y":1,"x":true}}}"#;
        let body: Value = serde_json::from_str(text).unwrap();
        assert_eq!(absorbed(body.clone()), body);
        assert_eq!(absorbed(body.clone()).to_string(), body.to_string());
    }

    #[test]
    fn a_body_without_labels_gets_the_id_alone() {
        let id = "5a".repeat(32);
        for body in [
            json!({}),
            json!({"Labels": null}),
            json!({"Labels": {}, "Env": null}),
        ] {
            assert_eq!(absorbed(body)["Labels"], json!({"com.docker.swarm.id": id}));
        }
        assert_eq!(absorbed(json!({"Labels": ["a"]})), json!({"Labels": ["a"]}));
    }

    #[test]
    fn what_is_no_json_array_is_refused() {
        for label in ["storage==ssd", "{}", "[1]", "[\"a\""] {
            let mut body = json!({"Labels": {"com.docker.swarm.constraints": label}});
            let error = absorb(&mut body, String::new).unwrap_err();
            assert_eq!(
                error,
                SpecError::Label("com.docker.swarm.constraints"),
                "{label}"
            );
        }
        assert_eq!(
            absorb(&mut json!([]), String::new),
            Err(SpecError::NotAnObject)
        );
    }

    #[test]
    fn cores_become_weights_rounded_up() {
        for (cores, ncpu, weight) in [
            (1, 4, 256),
            (1, 3, 342),
            (4, 4, 1024),
            (0, 4, 0),
            (2, 0, 2),
            (i64::MAX, 1, i64::MAX),
        ] {
            let mut body =
                json!({"CpuShares": cores, "HostConfig": {"CpuShares": cores, "Memory": 5}});
            scale_cpu_shares(&mut body, ncpu);
            assert_eq!(
                body,
                json!({"CpuShares": weight, "HostConfig": {"CpuShares": weight, "Memory": 5}})
            );
        }
        let mut body = json!({"Image": "x"});
        scale_cpu_shares(&mut body, 4);
        assert_eq!(body, json!({"Image": "x"}));
    }

    #[test]
    fn a_start_body_completes_the_create() {
        let create = json!({"Image": "x", "HostConfig": {"Memory": 1, "Links": ["a:a"]}});
        let start = json!({"Links": ["db:db"], "Binds": null, "PortBindings": {"80/tcp": [{"HostPort": "80"}]}});
        assert_eq!(
            merge_start(&create, &start),
            json!({"Image": "x", "HostConfig":
            {"Memory": 1, "Links": ["db:db"], "PortBindings": {"80/tcp": [{"HostPort": "80"}]}}})
        );
        assert_eq!(
            merge_start(&json!({"Image": "x"}), &json!({"Binds": ["a:/a"]})),
            json!({"Image": "x", "HostConfig": {"Binds": ["a:/a"]}})
        );
        assert_eq!(merge_start(&create, &Value::Null), create);
    }
}
