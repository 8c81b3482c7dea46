//! From a URL on the command line to the backend that reads it.

use std::path::{Path, PathBuf};

use super::{Discovery, DiscoveryError, File, Nodes};

/// The daemon that is managed when no discovery is given.
pub const LOCAL_DAEMON: &str = "unix:///var/run/docker.sock";

/// Opens the backend that a URL or a bare list names.
///
/// # Errors
///
/// When the scheme is unknown or cannot be used yet, or when what follows it is wrong.
pub fn from_uri(uri: &str) -> Result<Box<dyn Discovery>, DiscoveryError> {
    let (scheme, rest) = split(uri);
    match scheme {
        "nodes" => Ok(Box::new(Nodes::new(rest.parse()?))),
        "file" if rest.is_empty() => Err(DiscoveryError::Nothing(uri.to_owned())),
        "file" => Ok(Box::new(File::new(PathBuf::from(rest)))),
        "token" | "token+http" => Err(DiscoveryError::NotYet("token")),
        "etcd" => Err(DiscoveryError::NotYet("etcd")),
        "consul" => Err(DiscoveryError::NotYet("consul")),
        "zk" => Err(DiscoveryError::NotYet("zk")),
        other => Err(DiscoveryError::UnknownScheme(other.to_owned())),
    }
}

/// The local daemon as a discovery URL.
///
/// # Errors
///
/// When there is none; the error says what to pass.
pub fn local_daemon() -> Result<String, DiscoveryError> {
    local_daemon_at(Path::new(LOCAL_DAEMON.trim_start_matches("unix://")))
}

fn local_daemon_at(path: &Path) -> Result<String, DiscoveryError> {
    if path.exists() {
        Ok(format!("unix://{}", path.display()))
    } else {
        Err(DiscoveryError::NoLocalDaemon(path.to_owned()))
    }
}

/// The scheme and what follows it; a bare list is one of nodes, also when its first entry begins
/// with `unix://` or `tcp://`.
fn split(uri: &str) -> (&str, &str) {
    let is_scheme = |text: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        !text.is_empty() && text.bytes().all(plain)
    };
    match uri.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) && !matches!(scheme, "unix" | "tcp") => {
            (scheme, rest)
        }
        _ => ("nodes", uri),
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, StreamExt};

    use super::*;

    fn nodes(uri: &str) -> Vec<String> {
        let mut stream = from_uri(uri).unwrap().watch();
        let entries = stream.next().now_or_never().unwrap().unwrap().unwrap();
        entries.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn bare_lists_and_nodes_urls_are_the_same() {
        assert_eq!(nodes("a:1,b:1"), ["a:1", "b:1"]);
        assert_eq!(nodes("nodes://a:1,b:1"), ["a:1", "b:1"]);
        assert_eq!(nodes("unix:///run/d.sock"), ["unix:///run/d.sock"]);
        assert_eq!(nodes("a:1,unix:///d.sock"), ["a:1", "unix:///d.sock"]);
        assert_eq!(nodes("nodes://unix:///d,a:1"), ["a:1", "unix:///d"]);
        assert_eq!(nodes("tcp://a:1,tcp://b:1"), ["a:1", "b:1"]);
    }

    #[test]
    fn what_cannot_be_opened_says_why() {
        for (uri, wrong) in [
            ("token://ab12", "token:// discovery is not available yet"),
            (
                "token+http://h/ab12",
                "token:// discovery is not available yet",
            ),
            ("etcd://h:2379/p", "etcd:// discovery is not available yet"),
            (
                "consul://h:8500/p",
                "consul:// discovery is not available yet",
            ),
            ("zk://h1,h2/p", "zk:// discovery is not available yet"),
            (
                "http://h:1",
                "scheme \"http\"; the schemes are nodes://, file://",
            ),
            ("file://", "file:// names nothing"),
            ("nodes://", "empty entry"),
            ("", "empty entry"),
            ("ab12", "the port is missing"),
        ] {
            let error = from_uri(uri).unwrap_err().to_string();
            assert!(error.contains(wrong), "{uri}: {error}");
        }
    }

    #[test]
    fn without_a_local_daemon_the_error_says_what_to_pass() {
        let error = local_daemon_at(Path::new("/nonexistent/docker.sock")).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("/nonexistent/docker.sock"), "{error}");
        assert!(error.contains("nodes://HOST:PORT"), "{error}");
        let here = local_daemon_at(Path::new("/dev/null")).unwrap();
        assert_eq!(nodes(&here), ["unix:///dev/null"]);
    }
}
