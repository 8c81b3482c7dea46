//! `GET /version`.

use serde_json::{Value, json};

use super::majority::majority;
use super::offer::offer;
use super::ping::{experimental, os_type};
use crate::cluster::Snapshot;

/// What the endpoint says it is; clients tell a pool from an engine by the first word.
pub const SERVER_VERSION: &str = concat!("swarm/", env!("CARGO_PKG_VERSION"));

/// The endpoint's version, and of the nodes what most of them say.
pub fn render(snapshot: &Snapshot) -> Value {
    let offer = offer(snapshot);
    let os = os_type(snapshot);
    let arch = architecture(snapshot);
    let api = offer.maximum.to_string();
    let min_api = offer.minimum.to_string();
    json!({
        "Platform": {"Name": "Swarm"},
        "Components": [{
            "Name": "Engine",
            "Version": SERVER_VERSION,
            "Details": {
                "ApiVersion": api,
                "Arch": arch,
                "BuildTime": "",
                "Experimental": experimental(snapshot).to_string(),
                "GitCommit": "",
                "GoVersion": "",
                "MinAPIVersion": min_api,
                "Os": os,
            },
        }],
        "Version": SERVER_VERSION,
        "ApiVersion": api,
        "MinAPIVersion": min_api,
        "GitCommit": "",
        "GoVersion": "",
        "Os": os,
        "Arch": arch,
        "KernelVersion": kernel(snapshot),
        "BuildTime": "",
    })
}

/// The architecture most nodes have, in the names that image platforms use.
fn architecture(snapshot: &Snapshot) -> &str {
    let facts = snapshot
        .engines()
        .filter_map(|engine| engine.facts.as_deref());
    let names = facts.map(|facts| (&*facts.architecture, 1));
    match majority(names.filter(|(name, _)| !name.is_empty())) {
        None | Some("x86_64" | "x64") => "amd64",
        Some("aarch64" | "arm64") => "arm64",
        Some("armv7l" | "armv6l" | "armhf") => "arm",
        Some("i386" | "i686") => "386",
        Some(other) => other,
    }
}

fn kernel(snapshot: &Snapshot) -> &str {
    let labels = snapshot.engines().map(|engine| engine.node.labels());
    let kernels = labels.filter_map(|labels| Some((labels.get("kernelversion")?.as_str(), 1)));
    majority(kernels).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use swarm_middleware::api::ApiVersion;

    use super::*;
    use crate::handlers::testing::Lab;

    #[test]
    fn the_version_is_ours_and_the_range_everybodys() {
        let mut lab = Lab::new();
        for (node, api, min_api) in [(1, 41, 12), (2, 47, 24)] {
            lab.engine(node, |facts| {
                (facts.api, facts.min_api) = (ApiVersion::v1(api), ApiVersion::v1(min_api));
                let kernel = ("kernelversion".to_owned(), "6.1.0".to_owned());
                facts.labels = Arc::new(BTreeMap::from([kernel]));
            });
        }
        let version = render(lab.snapshot());
        let text = version["Version"].as_str().unwrap();
        assert!(text.starts_with("swarm/2."), "{text}");
        assert_eq!(version["ApiVersion"], "1.41");
        assert_eq!(version["MinAPIVersion"], "1.24");
        assert_eq!(version["Os"], "linux");
        assert_eq!(version["Arch"], "amd64");
        assert_eq!(version["KernelVersion"], "6.1.0");
        assert_eq!(version["Components"][0]["Details"]["ApiVersion"], "1.41");
    }
}
