//! Validation: what an engine says of itself, and whether it can be used.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bollard::models::SystemVersion;
use serde_json::Value;
use swarm_middleware::address::Address;
use swarm_middleware::api::ApiVersion;
use tracing::warn;

use super::client::EngineClient;
use super::error::EngineError;
use crate::cluster::EngineFacts;

/// The oldest API version of an engine that can be used.
const OLDEST: ApiVersion = ApiVersion::v1(24);
/// Clocks further apart are worth a warning.
const MAX_SKEW: Duration = Duration::from_secs(2);

/// What an engine says of itself, and by how much its clock is off.
pub(super) struct Read {
    pub(super) facts: EngineFacts,
    /// The engine's clock in nanoseconds since the epoch, when it was asked.
    pub(super) clock: Option<i64>,
    /// By how much it differs from ours, beyond the time the answer took.
    pub(super) skew: Duration,
}

/// Asks an engine what it is.
///
/// # Errors
/// When it does not answer, or cannot be used; the error says why.
pub(super) async fn read(client: &EngineClient, address: &Address) -> Result<Read, EngineError> {
    let before = SystemTime::now();
    let (info, version) = tokio::try_join!(client.get("/info"), client.version())?;
    let after = SystemTime::now();
    let info_value: Value = serde_json::from_slice(&info)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| EngineError::garbage("/info", &"it is not a JSON object"))?;
    validate(&info_value, address)?;
    let (min_api, api) = versions(&version)?;
    let (ip, ipv6) = addresses(address).await;
    let text = |key: &str| info_value[key].as_str().unwrap_or("").into();
    let clock = info_value["SystemTime"].as_str();
    let clock: Option<jiff::Timestamp> = clock.and_then(|time| time.parse().ok());
    Ok(Read {
        skew: clock.map_or(Duration::ZERO, |clock| skew(clock, before, after)),
        clock: clock.and_then(|clock| i64::try_from(clock.as_nanosecond()).ok()),
        facts: EngineFacts {
            engine_id: text("ID"),
            name: text("Name"),
            ip,
            ipv6,
            server_version: text("ServerVersion"),
            api,
            min_api,
            cpus: info_value["NCPU"].as_i64().unwrap_or(0),
            memory: info_value["MemTotal"].as_i64().unwrap_or(0),
            os_type: version.os.as_deref().unwrap_or("linux").into(),
            architecture: text("Architecture"),
            labels: Arc::new(labels(&info_value, &version, address)),
            experimental: info_value["ExperimentalBuild"].as_bool().unwrap_or(false),
            info,
        },
    })
}

/// Warns of a clock that is off.
pub(super) fn warn_of_skew(read: &Read, address: &Address) {
    if read.skew > MAX_SKEW {
        warn!(node = %read.facts.name, %address, skew = ?read.skew,
            "The engine's clock differs from ours: times and the order of events will be off");
    }
}

fn validate(info: &Value, address: &Address) -> Result<(), EngineError> {
    let unusable = |why: String| Err(EngineError::Unusable(why));
    let version = info["ServerVersion"].as_str().unwrap_or("");
    if version.starts_with("swarm/") {
        return unusable(format!(
            "make sure {address} is a Docker Engine, not a Swarm manager"
        ));
    }
    for key in ["NCPU", "MemTotal"] {
        if info[key].as_i64().unwrap_or(0) <= 0 {
            return unusable(format!("{address} reports no {key}"));
        }
    }
    for key in ["ID", "Name"] {
        if info[key].as_str().unwrap_or("").is_empty() {
            return unusable(format!("{address} reports no {key}"));
        }
    }
    Ok(())
}

/// The oldest and newest API version served.
fn versions(version: &SystemVersion) -> Result<(ApiVersion, ApiVersion), EngineError> {
    let read = |text: &Option<String>| text.as_deref()?.parse::<ApiVersion>().ok();
    let Some(newest) = read(&version.api_version) else {
        return Err(EngineError::garbage("/version", &"it has no ApiVersion"));
    };
    if newest < OLDEST {
        return Err(EngineError::Unusable(format!(
            "the engine serves API versions up to {newest}; {OLDEST} or newer is needed"
        )));
    }
    Ok((
        read(&version.min_api_version).unwrap_or(ApiVersion::v1(12)),
        newest,
    ))
}

fn skew(clock: jiff::Timestamp, before: SystemTime, after: SystemTime) -> Duration {
    let clock = SystemTime::from(clock);
    let early = before.duration_since(clock).unwrap_or_default();
    let late = clock.duration_since(after).unwrap_or_default();
    early.max(late)
}

/// The daemon's labels and the derived ones, which win.
fn labels(info: &Value, version: &SystemVersion, address: &Address) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let own = info["Labels"].as_array().into_iter().flatten();
    for label in own.filter_map(Value::as_str) {
        let (key, value) = label.split_once('=').unwrap_or((label, ""));
        if key == "node" {
            warn!(%address, "The engine's label `node` is ignored: it means the node's name");
            continue;
        }
        labels.insert(key.to_owned(), value.to_owned());
    }
    for (label, key) in [
        ("storagedriver", "Driver"),
        ("executiondriver", "ExecutionDriver"),
        ("kernelversion", "KernelVersion"),
        ("operatingsystem", "OperatingSystem"),
        ("ostype", "OSType"),
        ("architecture", "Architecture"),
        ("serverversion", "ServerVersion"),
    ] {
        let own = info[key].as_str().filter(|value| !value.is_empty());
        let value = own.or_else(|| version.os.as_deref().filter(|_| label == "ostype"));
        if let Some(value) = value {
            labels.insert(label.to_owned(), value.to_owned());
        }
    }
    labels
}

/// The address that published ports are shown with, and the IPv6 address where there is one.
async fn addresses(address: &Address) -> (Arc<str>, Option<Arc<str>>) {
    let host = address.host();
    let found = tokio::net::lookup_host((host, 0)).await;
    let found: Vec<_> = found
        .into_iter()
        .flatten()
        .map(|found| found.ip())
        .collect();
    let v6 = found.iter().find(|ip| ip.is_ipv6() && !ip.is_loopback());
    let v6 = v6.or(found.iter().find(|ip| ip.is_ipv6() && found.len() == 1));
    let ip = found.iter().find(|ip| ip.is_ipv4()).or(found.first());
    (
        ip.map_or_else(|| host.into(), |ip| ip.to_string().into()),
        v6.map(|ip| ip.to_string().into()),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn serving(newest: &str) -> SystemVersion {
        SystemVersion {
            api_version: Some(newest.to_owned()),
            ..SystemVersion::default()
        }
    }

    #[test]
    fn what_cannot_be_used_is_told_why() {
        let address: Address = "10.0.0.1:2375".parse().unwrap();
        let good =
            json!({"ID": "x", "Name": "n", "NCPU": 4, "MemTotal": 1, "ServerVersion": "20.10"});
        assert!(validate(&good, &address).is_ok());
        for (key, value, why) in [
            (
                "ServerVersion",
                json!("swarm/1.2.9"),
                "make sure 10.0.0.1:2375 is a Docker Engine, not a Swarm manager",
            ),
            ("NCPU", json!(0), "10.0.0.1:2375 reports no NCPU"),
            (
                "MemTotal",
                json!("8 GB"),
                "10.0.0.1:2375 reports no MemTotal",
            ),
            ("ID", json!(""), "10.0.0.1:2375 reports no ID"),
        ] {
            let mut bad = good.clone();
            bad[key] = value;
            assert_eq!(validate(&bad, &address).unwrap_err().to_string(), why);
        }
        let old = versions(&serving("1.23")).unwrap_err().to_string();
        assert!(old.contains("1.24 or newer is needed"), "{old}");
        assert!(versions(&serving("one")).is_err());
    }

    #[test]
    fn derived_labels_win_and_node_is_no_label() {
        let info = json!({
            "Labels": ["storage=ssd", "node=x", "ostype=mine", "bare"],
            "Driver": "overlay2", "OSType": "linux", "Architecture": "x86_64", "ServerVersion": "20.10",
        });
        let labels = labels(&info, &SystemVersion::default(), &"a:1".parse().unwrap());
        let pairs: Vec<_> = labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            pairs.join(" "),
            "architecture=x86_64 bare= ostype=linux serverversion=20.10 storage=ssd storagedriver=overlay2"
        );
    }

    #[test]
    fn the_time_an_answer_takes_is_no_skew() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let clock = jiff::Timestamp::from_second(105).unwrap();
        assert_eq!(skew(clock, at(100), at(110)), Duration::ZERO);
        assert_eq!(skew(clock, at(108), at(110)), Duration::from_secs(3));
        assert_eq!(skew(clock, at(90), at(100)), Duration::from_secs(5));
    }
}
