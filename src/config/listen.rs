//! Where the endpoint listens.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// One place to listen: `-H tcp://HOST:PORT`, `-H HOST:PORT` or `-H unix:///PATH`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Listen {
    /// A TCP address. `host` is a name or an IP address without brackets; port 0 lets the kernel
    /// choose.
    Tcp {
        /// Name or IP address; `0.0.0.0` when none was given (`-H :2375`).
        host: String,
        /// The port.
        port: u16,
    },
    /// A unix socket, created with mode 0660 and never spoken TLS on.
    Unix(PathBuf),
}

impl Listen {
    /// Whether only this machine can reach it.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Listen::Unix(_) => true,
            Listen::Tcp { host, .. } => {
                host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
            }
        }
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            Some(("unix", "")) => Err("the path of the unix socket is missing".to_owned()),
            Some(("unix", path)) => Ok(Listen::Unix(PathBuf::from(path))),
            Some(("tcp", address)) => parse_tcp(address),
            Some((scheme, _)) => Err(format!("cannot listen on {scheme}://: use tcp or unix")),
            None => parse_tcp(text),
        }
    }
}

fn parse_tcp(address: &str) -> Result<Listen, String> {
    let address = address.strip_suffix('/').unwrap_or(address);
    let (host, port) = address
        .rsplit_once(':')
        .ok_or("the port is missing, as in 127.0.0.1:2375")?;
    let port = port
        .parse()
        .map_err(|_| format!("{port:?} is not a port number"))?;
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let host = match bare {
        Some(bare) if bare.parse::<std::net::Ipv6Addr>().is_ok() => bare,
        None if !host.contains(['[', ']', ':', '/', ' ']) => host,
        _ => return Err(format!("{host:?} is not a host name or IP address")),
    };
    let host = if host.is_empty() { "0.0.0.0" } else { host };
    Ok(Listen::Tcp {
        host: host.to_owned(),
        port,
    })
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listen::Tcp { host, port } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
            Listen::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
            Listen::Unix(path) => write!(f, "unix://{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16) -> Listen {
        let host = host.to_owned();
        Listen::Tcp { host, port }
    }

    #[test]
    fn reads_every_form() {
        for (text, listen, shown) in [
            (
                "tcp://127.0.0.1:2375",
                tcp("127.0.0.1", 2375),
                "tcp://127.0.0.1:2375",
            ),
            ("0.0.0.0:3375", tcp("0.0.0.0", 3375), "tcp://0.0.0.0:3375"),
            (":2375", tcp("0.0.0.0", 2375), "tcp://0.0.0.0:2375"),
            ("tcp://[::1]:2375", tcp("::1", 2375), "tcp://[::1]:2375"),
            (
                "swarm.local:0",
                tcp("swarm.local", 0),
                "tcp://swarm.local:0",
            ),
            (
                "unix:///run/s.sock",
                Listen::Unix("/run/s.sock".into()),
                "unix:///run/s.sock",
            ),
        ] {
            assert_eq!(text.parse::<Listen>().as_ref(), Ok(&listen), "{text}");
            assert_eq!(listen.to_string(), shown);
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, wrong) in [
            ("127.0.0.1", "the port is missing"),
            ("tcp://127.0.0.1:http", "\"http\" is not a port number"),
            ("127.0.0.1:70000", "\"70000\" is not a port number"),
            ("::1:2375", "not a host name or IP address"),
            ("[::x]:2375", "not a host name or IP address"),
            ("unix://", "the path of the unix socket is missing"),
            ("fd://", "use tcp or unix"),
            ("", "the port is missing"),
        ] {
            let error = text.parse::<Listen>().unwrap_err();
            assert!(error.contains(wrong), "{text}: {error}");
        }
    }

    #[test]
    fn knows_what_only_this_machine_reaches() {
        for (text, local) in [
            ("127.0.0.1:1", true),
            ("127.9.9.9:1", true),
            ("[::1]:1", true),
            ("localhost:1", true),
            ("unix:///s", true),
            ("0.0.0.0:1", false),
            ("[::]:1", false),
            ("10.0.0.1:1", false),
            ("swarm.local:1", false),
        ] {
            assert_eq!(text.parse::<Listen>().unwrap().is_local(), local, "{text}");
        }
    }
}
