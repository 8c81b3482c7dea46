//! `/_ping`, and the headers that every answer carries.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, SERVER};
use http::{HeaderMap, HeaderName, HeaderValue};
use swarm_middleware::api::ApiVersion;

use super::majority::majority;
use super::offer::offer;
use crate::cluster::Snapshot;

/// The version since which engines have BuildKit.
const BUILDKIT: ApiVersion = ApiVersion::v1(39);

/// The body of a ping.
pub const BODY: &str = "OK";

const API_VERSION: HeaderName = HeaderName::from_static("api-version");
const BUILDER_VERSION: HeaderName = HeaderName::from_static("builder-version");
const EXPERIMENTAL: HeaderName = HeaderName::from_static("docker-experimental");
const OS_TYPE: HeaderName = HeaderName::from_static("ostype");
const SWARM: HeaderName = HeaderName::from_static("swarm");

/// The operating system most nodes have; `linux` while none is known.
pub(super) fn os_type(snapshot: &Snapshot) -> &str {
    let facts = snapshot
        .engines()
        .filter_map(|engine| engine.facts.as_deref());
    let names = facts.map(|facts| (&*facts.os_type, 1));
    majority(names.filter(|(name, _)| !name.is_empty())).unwrap_or("linux")
}

/// Whether every node has experimental features.
pub(super) fn experimental(snapshot: &Snapshot) -> bool {
    let mut facts = snapshot
        .engines()
        .filter_map(|engine| engine.facts.as_deref())
        .peekable();
    facts.peek().is_some() && facts.all(|facts| facts.experimental)
}

/// Which builder clients use if nobody told them: BuildKit (2) where every node has it.
fn builder_version(snapshot: &Snapshot) -> &'static str {
    let mut facts = snapshot
        .engines()
        .filter_map(|engine| engine.facts.as_deref());
    let all = facts.all(|facts| &*facts.os_type == "linux" && facts.api >= BUILDKIT);
    if all { "2" } else { "1" }
}

/// What every answer says of the endpoint, as an engine's answers do.
pub fn common_headers(snapshot: &Snapshot) -> HeaderMap {
    let os = os_type(snapshot);
    let mut headers = HeaderMap::with_capacity(16);
    // Clients take the operating system out of `Docker/VERSION (OS)` where they miss `Ostype`.
    let server = format!("Docker/swarm-{} ({os})", env!("CARGO_PKG_VERSION"));
    for (name, value) in [
        (API_VERSION, offer(snapshot).maximum.to_string()),
        (EXPERIMENTAL, experimental(snapshot).to_string()),
        (OS_TYPE, os.to_owned()),
        (SERVER, server),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    headers
}

/// The headers of a ping.
pub fn render(snapshot: &Snapshot) -> HeaderMap {
    let mut headers = common_headers(snapshot);
    for (name, value) in [
        (BUILDER_VERSION, builder_version(snapshot)),
        (SWARM, "inactive"),
        (CACHE_CONTROL, "no-cache, no-store, must-revalidate"),
        (PRAGMA, "no-cache"),
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handlers::testing::Lab;

    #[test]
    fn a_ping_says_what_clients_negotiate_by() {
        let mut lab = Lab::new();
        let headers = render(lab.snapshot());
        assert_eq!(headers["api-version"], "1.41");
        assert_eq!(headers["ostype"], "linux");
        assert_eq!(headers["docker-experimental"], "false");
        assert_eq!(headers["builder-version"], "2");
        lab.engine(1, |facts| {
            (facts.os_type, facts.experimental) = ("windows".into(), true);
        });
        let headers = render(lab.snapshot());
        assert_eq!(headers["ostype"], "windows");
        assert_eq!(headers["docker-experimental"], "true");
        assert_eq!(headers["swarm"], "inactive");
        assert_eq!(headers["builder-version"], "1");
        let server = headers["server"].to_str().unwrap();
        assert!(server.starts_with("Docker/swarm-") && server.ends_with(" (windows)"));
        lab.engine(2, |_| ());
        assert_eq!(render(lab.snapshot())["docker-experimental"], "false");
    }
}
