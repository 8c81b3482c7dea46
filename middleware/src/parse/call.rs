//! From a request head to an [`ApiCall`]: pure.

use std::borrow::Cow;

use http::{Method, Uri};
use percent_encoding::percent_decode_str;

use super::ParseError;
use super::pattern::{build, invalid_name, matches};
use super::routes::candidates;
use crate::api::{ApiCall, ApiVersion, Operation, Query};

/// Reads version, route, names and query out of a request head.
///
/// # Errors
/// [`ParseError::NoRoute`] where no row matches, [`ParseError::Name`] for a name that none can be.
pub fn call(method: &Method, uri: &Uri) -> Result<ApiCall, ParseError> {
    let decoded = percent_decode_str(uri.path())
        .decode_utf8()
        .map_err(|_| ParseError::Name("it is not UTF-8"))?;
    let (version, path) = split_version(&decoded);
    let path = if path.len() > 1 {
        path.strip_suffix('/').unwrap_or(path)
    } else {
        path
    };
    let (route, captures) = candidates(method, path)
        .iter()
        .filter(|route| route.method == *method || route.operation == Operation::SwarmMode)
        .find_map(|route| Some((route, matches(route.pattern, path)?)))
        .ok_or(ParseError::NoRoute)?;
    for captured in [captures.name, captures.extra] {
        if let Some(reason) = invalid_name(captured) {
            return Err(ParseError::Name(reason));
        }
    }
    Ok(ApiCall {
        route,
        version,
        name: captures.name.to_owned(),
        extra: captures.extra.to_owned(),
        query: Query::new(uri.query().unwrap_or_default()),
    })
}

/// The version a path begins with, and the path behind it.
pub(crate) fn split_version(path: &str) -> (Option<ApiVersion>, &str) {
    path.strip_prefix("/v")
        .and_then(|rest| {
            let end = rest.find('/')?;
            Some((Some(rest[..end].parse().ok()?), &rest[end..]))
        })
        .unwrap_or((None, path))
}

impl ApiCall {
    /// The path and query for an engine: the given version, the route's own text and the name
    /// as the engine knows it.
    pub fn path_and_query(&self, version: ApiVersion, name: &str, query: &Query) -> String {
        let path = build(self.route.pattern, name, &self.extra);
        let (mark, query) = match query.as_str() {
            "" => ("", Cow::Borrowed("")),
            text => ("?", Cow::Borrowed(text)),
        };
        format!("/v{version}{path}{mark}{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Treatment;

    fn parse(method: &str, uri: &str) -> Result<ApiCall, ParseError> {
        call(&method.parse().unwrap(), &uri.parse().unwrap())
    }

    #[test]
    fn versions_are_split_off_and_put_back() {
        let call = parse("GET", "/v1.24/containers/v1/json?size=1").unwrap();
        assert_eq!(call.version, Some(ApiVersion::v1(24)));
        assert_eq!(call.route.operation, Operation::ContainerInspect);
        assert_eq!(call.name, "v1");
        let again = call.path_and_query(ApiVersion::v1(24), "abc", &call.query);
        assert_eq!(again, "/v1.24/containers/abc/json?size=1");
        assert_eq!(parse("GET", "/containers/json").unwrap().version, None);
    }

    #[test]
    fn the_engine_decodes_paths_and_so_do_we() {
        let call = parse("GET", "/%63ontainers/node%2Fweb/json").unwrap();
        assert_eq!(call.name, "node/web");
        assert_eq!(
            parse("HEAD", "/v1.40/_ping").unwrap().route.operation,
            Operation::Ping
        );
        assert_eq!(
            parse("GET", "/networks/").unwrap().route.operation,
            Operation::NetworkList
        );
        let swarm = parse("POST", "/v1.41/swarm/init").unwrap();
        assert_eq!(swarm.route.treatment, Treatment::OutsideSwarmMode);
        assert_eq!(
            parse("OPTIONS", "/anything").unwrap().route.operation,
            Operation::Preflight
        );
    }

    #[test]
    fn what_no_row_has_is_not_found() {
        for (method, uri) in [
            ("GET", "/"),
            ("GET", "/containers"),
            ("GET", "/containers/"),
            ("PATCH", "/containers/a/json"),
            ("GET", "/unknown"),
            ("GET", "/v1.x/info"),
            ("POST", "/v1.41"),
        ] {
            assert_eq!(
                parse(method, uri).unwrap_err(),
                ParseError::NoRoute,
                "{method} {uri}"
            );
        }
    }

    #[test]
    fn names_that_could_leave_their_place_are_refused() {
        for uri in [
            "/containers/../json",
            "/containers/a%2f..%2fb/json",
            "/containers/%2e%2e/json",
            "/images/%00/json",
            "/images/a/%2e/b/json",
            "/containers/%ff/json",
        ] {
            assert!(
                matches!(parse("GET", uri), Err(ParseError::Name(_))),
                "{uri}"
            );
        }
    }
}
