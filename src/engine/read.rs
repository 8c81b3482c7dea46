//! One read of an engine, as a future that knows nothing of the task it runs in.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use serde_json::value::RawValue;
use swarm_middleware::address::Address;
use tokio::sync::Semaphore;

use super::client::EngineClient;
use super::error::EngineError;
use super::facts;
use super::lists::{self, Lists};
use super::plan::Target;

/// A container's list entry and inspect; none where it is gone.
pub(super) type Seen = Option<(Box<RawValue>, Option<Value>)>;

/// So long a list may lag behind, with a look after each.
const LAG: [Duration; 5] = [
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(20),
    Duration::from_millis(40),
    Duration::from_millis(80),
];

/// A read that ended.
pub(super) enum Done {
    Container(Arc<str>, Result<Seen, EngineError>),
    /// The same, read in the background.
    Inspected(Arc<str>, Result<Seen, EngineError>),
    List(Target, Result<Bytes, EngineError>),
    All(Result<Lists, EngineError>),
    Facts(Result<Box<facts::Read>, EngineError>),
    Ping(Result<(), EngineError>),
}

/// Begins a read.
pub(super) fn begin(
    client: EngineClient,
    address: Address,
    target: Target,
) -> BoxFuture<'static, Done> {
    Box::pin(async move {
        match target {
            Target::Container(id) => {
                let seen = container(&client, &id).await;
                Done::Container(id, seen)
            }
            Target::Images => Done::List(target, client.get(lists::IMAGES).await),
            Target::Networks => Done::List(target, client.get(lists::NETWORKS).await),
            Target::Volumes => Done::List(target, client.get(lists::VOLUMES).await),
            Target::All => Done::All(lists::fetch(&client).await),
            Target::Facts => Done::Facts(facts::read(&client, &address).await.map(Box::new)),
        }
    })
}

/// Begins an inspect of a container that was listed.
pub(super) fn inspect(
    client: EngineClient,
    id: Arc<str>,
    raw: Box<RawValue>,
    limit: Arc<Semaphore>,
) -> BoxFuture<'static, Done> {
    Box::pin(async move {
        // The semaphore is never closed.
        let _permit = limit.acquire().await;
        let seen = match client.get(&inspect_path(&id)).await {
            Err(error) if error.is_not_found() => Ok(None),
            answer => answer.and_then(|bytes| Ok(Some((raw, Some(parse(&id, &bytes)?))))),
        };
        Done::Inspected(id, seen)
    })
}

/// Begins a probe.
pub(super) fn ping(client: EngineClient) -> BoxFuture<'static, Done> {
    Box::pin(async move { Done::Ping(client.ping().await) })
}

/// List entry and inspect, side by side; again where the list lags behind.
///
/// Engines tell of a change before their lists show it; an inspect is never behind.
async fn container(client: &EngineClient, id: &str) -> Result<Seen, EngineError> {
    let mut seen = both(client, id).await?;
    for wait in LAG {
        match &seen {
            Some((raw, Some(inspect))) if !agree(raw, inspect) => {}
            _ => break,
        }
        tokio::time::sleep(wait).await;
        seen = both(client, id).await?;
    }
    Ok(seen)
}

/// Whether list entry and inspect tell of the same state and name.
pub(super) fn agree(raw: &RawValue, inspect: &Value) -> bool {
    let Ok(entry) = serde_json::from_str::<Value>(raw.get()) else {
        return false;
    };
    let state = (&entry["State"], &inspect["State"]["Status"]);
    let mut names = entry["Names"].as_array().into_iter().flatten();
    let networks = |of: &Value| -> Option<Vec<String>> {
        let networks = of["NetworkSettings"]["Networks"].as_object()?;
        let mut names: Vec<_> = networks.keys().cloned().collect();
        names.sort_unstable();
        Some(names)
    };
    (state.0 == state.1 || !state.0.is_string() || !state.1.is_string())
        && (!inspect["Name"].is_string() || names.any(|name| *name == inspect["Name"]))
        && networks(&entry) == networks(inspect)
}

async fn both(client: &EngineClient, id: &str) -> Result<Seen, EngineError> {
    let filter = format!(r#"{{"id":{{"{}":true}}}}"#, id.escape_default());
    let filter = utf8_percent_encode(&filter, NON_ALPHANUMERIC);
    let list_path = format!("{}&filters={filter}", lists::CONTAINERS);
    let inspect_path = inspect_path(id);
    let (list, inspect) = tokio::join!(client.get(&list_path), client.get(&inspect_path));
    let list = list?;
    let raws: Vec<&RawValue> = serde_json::from_slice(&list)
        .map_err(|error| EngineError::garbage(lists::CONTAINERS, &error))?;
    let own = |raw: &&&RawValue| {
        let entry: Option<Value> = serde_json::from_str(raw.get()).ok();
        entry.is_some_and(|entry| entry["Id"] == id)
    };
    let Some(raw) = raws.iter().find(own) else {
        return Ok(None);
    };
    let inspect = match inspect {
        Ok(bytes) => Some(parse(id, &bytes)?),
        Err(error) if error.is_not_found() => None,
        Err(error) => return Err(error),
    };
    Ok(Some(((*raw).to_owned(), inspect)))
}

fn inspect_path(id: &str) -> String {
    format!(
        "/containers/{}/json",
        utf8_percent_encode(id, NON_ALPHANUMERIC)
    )
}

fn parse(id: &str, bytes: &[u8]) -> Result<Value, EngineError> {
    serde_json::from_slice(bytes).map_err(|error| EngineError::garbage(id, &error))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_that_lags_behind_is_told_by_state_name_and_networks() {
        let entry = json!({"State": "running", "Names": ["/x/alias", "/web"],
            "NetworkSettings": {"Networks": {"b": {}, "a": {}}}});
        let raw = serde_json::value::to_raw_value(&entry).unwrap();
        let inspect = json!({"State": {"Status": "running"}, "Name": "/web",
            "NetworkSettings": {"Networks": {"a": {}, "b": {}}}});
        assert!(agree(&raw, &inspect));
        for (pointer, value) in [
            ("/State/Status", json!("paused")),
            ("/Name", json!("/web2")),
            ("/NetworkSettings/Networks", json!({"a": {}})),
        ] {
            let mut other = inspect.clone();
            *other.pointer_mut(pointer).unwrap() = value;
            assert!(!agree(&raw, &other), "{pointer}");
        }
        // Engines before API 1.23 list no state.
        let old = json!({"Names": ["/web"]});
        let old = serde_json::value::to_raw_value(&old).unwrap();
        assert!(agree(
            &old,
            &json!({"State": {"Status": "paused"}, "Name": "/web"})
        ));
    }
}
