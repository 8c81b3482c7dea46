//! Headers that belong to one connection, and those the engine says of itself.

use http::header::{
    CONNECTION, EXPECT, HeaderMap, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, SERVER, TE,
    TRANSFER_ENCODING, UPGRADE,
};

/// Meaningful between two neighbours only; framing is written anew for each connection.
static HOP_BY_HOP: [HeaderName; 8] = [
    TRANSFER_ENCODING,
    TE,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    CONNECTION,
];

/// What an engine says of itself on every answer; the endpoint speaks for all of them.
static ENGINE_OWN: [HeaderName; 6] = [
    HeaderName::from_static("api-version"),
    HeaderName::from_static("ostype"),
    HeaderName::from_static("docker-experimental"),
    HeaderName::from_static("builder-version"),
    HeaderName::from_static("swarm"),
    SERVER,
];

/// Readies a client's headers for an engine.
pub fn clean_request(headers: &mut HeaderMap) {
    strip_connection(headers);
    // The client was told to continue when its body was first asked for.
    headers.remove(EXPECT);
}

/// Readies an engine's headers for a client.
pub fn clean_response(headers: &mut HeaderMap) {
    strip_connection(headers);
    for name in &ENGINE_OWN {
        headers.remove(name);
    }
}

fn strip_connection(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        strip_listed(headers);
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

/// Removes what `Connection` lists beside `close` and `keep-alive`.
fn strip_listed(headers: &mut HeaderMap) {
    let listed: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|option| !option.eq_ignore_ascii_case("close"))
        .filter_map(|option| option.parse().ok())
        .collect();
    for name in listed {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn what_belongs_to_the_clients_connection_stays_there() {
        let mut request = headers(&[
            ("Connection", "Upgrade, X-Once"),
            ("Connection", "close"),
            ("Upgrade", "tcp"),
            ("X-Once", "1"),
            ("Keep-Alive", "5"),
            ("TE", "trailers"),
            ("Transfer-Encoding", "chunked"),
            ("Expect", "100-continue"),
            ("X-Registry-Auth", "e30="),
            ("Content-Type", "application/json"),
        ]);
        clean_request(&mut request);
        assert_eq!(names(&request), ["content-type", "x-registry-auth"]);
    }

    #[test]
    fn the_engines_word_on_itself_is_not_passed_on() {
        let mut response = headers(&[
            ("Api-Version", "1.41"),
            ("Ostype", "linux"),
            ("Docker-Experimental", "false"),
            ("Server", "Docker/20.10"),
            ("Swarm", "inactive"),
            ("Builder-Version", "2"),
            ("Connection", "close"),
            ("X-Docker-Container-Path-Stat", "e30="),
            ("Content-Length", "4"),
        ]);
        clean_response(&mut response);
        let kept = ["content-length", "x-docker-container-path-stat"];
        assert_eq!(names(&response), kept);
    }
}
