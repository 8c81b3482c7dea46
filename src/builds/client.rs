//! Whose connections belong together.

use std::net::IpAddr;
use std::sync::Arc;

use swarm_middleware::api::{PeerIdentity, Subject};

/// A client as far as it can be told from others: by certificate, else by address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// The holder of a verified certificate, wherever it calls from.
    Certificate(Arc<Subject>),
    /// Whoever calls from there.
    Address(IpAddr),
    /// Whoever may open the unix socket.
    Local,
}

impl Client {
    /// Who is at the other end.
    pub fn of(peer: &PeerIdentity) -> Self {
        match (&peer.certificate, peer.address) {
            (Some(subject), _) => Self::Certificate(Arc::clone(subject)),
            (None, Some(address)) => Self::Address(address.ip().to_canonical()),
            (None, None) => Self::Local,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_one_client_look_alike() {
        let from = |address: &str, name: Option<&str>| {
            let subject = |name: &str| {
                Arc::new(Subject {
                    common_name: Some(name.to_owned()),
                    ..Subject::default()
                })
            };
            Client::of(&PeerIdentity {
                address: address.parse().ok(),
                certificate: name.map(subject),
            })
        };
        assert_eq!(from("10.0.0.1:1", None), from("10.0.0.1:2", None));
        assert_eq!(from("10.0.0.1:1", None), from("[::ffff:10.0.0.1]:2", None));
        assert_ne!(from("10.0.0.1:1", None), from("10.0.0.2:1", None));
        assert_eq!(from("10.0.0.1:1", Some("a")), from("10.0.0.2:1", Some("a")));
        assert_ne!(from("10.0.0.1:1", Some("a")), from("10.0.0.1:1", Some("b")));
        assert_eq!(from("", None), Client::Local);
    }
}
