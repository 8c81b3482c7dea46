//! Where an engine listens.

use std::fmt;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The address of one Docker Engine: `HOST:PORT` or `unix:///PATH`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// A TCP endpoint; the host is a name, an IPv4 or a bracket-free IPv6 address.
    Tcp {
        /// Host name or IP address.
        host: String,
        /// TCP port, never 0.
        port: u16,
    },
    /// A unix socket.
    Unix(PathBuf),
}

/// Why a text is not an engine's address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid engine address {text:?}: {reason}; give HOST:PORT or unix:///PATH")]
pub struct InvalidAddress {
    text: String,
    reason: &'static str,
}

impl Address {
    /// The path of a unix socket.
    pub fn unix_path(&self) -> Option<&Path> {
        match self {
            Self::Unix(path) => Some(path),
            Self::Tcp { .. } => None,
        }
    }

    /// The host part; unix sockets are on this host, so they answer `127.0.0.1`.
    pub fn host(&self) -> &str {
        match self {
            Self::Tcp { host, .. } => host,
            Self::Unix(_) => "127.0.0.1",
        }
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |reason| InvalidAddress {
            text: text.to_owned(),
            reason,
        };
        if let Some(path) = text.strip_prefix("unix://") {
            return if path.starts_with('/') && !path.contains('\0') {
                Ok(Self::Unix(PathBuf::from(path)))
            } else {
                Err(invalid("a unix socket needs an absolute path"))
            };
        }
        let rest = text.strip_prefix("tcp://").unwrap_or(text);
        let (host, port) = rest
            .rsplit_once(':')
            .ok_or_else(|| invalid("the port is missing"))?;
        let host = match host
            .strip_prefix('[')
            .and_then(|inner| inner.strip_suffix(']'))
        {
            Some(inner) => {
                inner
                    .parse::<Ipv6Addr>()
                    .map_err(|_| invalid("not an IPv6 address"))?;
                inner
            }
            None => host,
        };
        if host.is_empty() {
            return Err(invalid("the host is missing"));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if !host.chars().all(plain) && host.parse::<Ipv6Addr>().is_err() {
            return Err(invalid(
                "the host has a character that host names cannot have",
            ));
        }
        match port.parse::<u16>() {
            Ok(port) if port > 0 => Ok(Self::Tcp {
                host: host.to_owned(),
                port,
            }),
            _ => Err(invalid("the port is not a number from 1 to 65535")),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_address_prints_as_it_was_read() {
        for text in [
            "10.0.0.1:2375",
            "node-1:1",
            "[::1]:65535",
            "unix:///var/run/docker.sock",
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        assert_eq!("tcp://a:1".parse::<Address>().unwrap().to_string(), "a:1");
    }

    #[test]
    fn an_invalid_address_says_why() {
        for (text, reason) in [
            ("node", "port is missing"),
            (":2375", "host is missing"),
            ("a:0", "not a number from 1"),
            ("a:65536", "not a number from 1"),
            ("a/b:1", "character"),
            ("unix://run/x", "absolute path"),
            ("[zz]:1", "IPv6"),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
