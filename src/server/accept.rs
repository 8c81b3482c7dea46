//! From an accepted socket to a stream and the identity of who is at its other end.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use swarm_middleware::api::{PeerIdentity, Subject};
use swarm_middleware::forward::tune;
use swarm_middleware::stream::Stream;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tracing::warn;

use super::listener::Accepted;
use super::options::ServerOptions;

/// Reads the subject of a verified client certificate.
pub type PeerSubject = Arc<dyn Fn(&CertificateDer<'_>) -> Option<Subject> + Send + Sync>;

/// TLS on the TCP listeners.
#[derive(Clone)]
pub struct ServerTls {
    /// Certificate, versions, and who has to show one.
    pub config: Arc<ServerConfig>,
    /// Reads client certificates.
    pub subject: PeerSubject,
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTls").finish_non_exhaustive()
    }
}

/// Makes streams of accepted sockets.
#[derive(Clone, Debug)]
pub(super) struct Greeter {
    tls: Option<ServerTls>,
    deadline: Duration,
    keepalive: Duration,
    under_way: Arc<Handshakes>,
}

impl Greeter {
    pub(super) fn new(tls: Option<ServerTls>, options: &ServerOptions) -> Self {
        Self {
            tls,
            deadline: options.handshake_deadline,
            keepalive: options.keepalive,
            under_way: Arc::new(Handshakes {
                most: options.max_handshakes.max(1),
                oldest_first: Mutex::default(),
            }),
        }
    }

    /// The stream and its peer; nothing when there is none to serve, which is logged.
    pub(super) async fn greet(&self, accepted: Accepted) -> Option<(Stream, PeerIdentity)> {
        let (tcp, address) = match accepted {
            Accepted::Unix(unix) => return Some((Stream::Unix(unix), PeerIdentity::default())),
            Accepted::Tcp(tcp, address) => (tcp, address),
        };
        let mut peer = PeerIdentity {
            address: Some(address),
            certificate: None,
        };
        if let Err(error) = tune(&tcp, self.keepalive) {
            // The client reset the connection before it was looked at.
            tracing::debug!(peer = %address, %error, "Connection refused");
            return None;
        }
        let Some(tls) = &self.tls else {
            return Some((Stream::Tcp(tcp), peer));
        };
        match self.shake_hands(tls, tcp, &mut peer).await {
            Ok(stream) => Some((stream, peer)),
            Err(error) => {
                warn!(peer = %address, %error, "TLS handshake failed");
                None
            }
        }
    }

    async fn shake_hands(
        &self,
        tls: &ServerTls,
        tcp: TcpStream,
        peer: &mut PeerIdentity,
    ) -> io::Result<Stream> {
        let (given_up, turn) = self.under_way.enter();
        let acceptor = TlsAcceptor::from(Arc::clone(&tls.config));
        let stream = tokio::select! {
            done = tokio::time::timeout(self.deadline, acceptor.accept(tcp)) => done
                .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "it took too long"))??,
            _ = given_up => return Err(io::Error::other("too many handshakes at once")),
        };
        self.under_way.leave(turn);
        let chain = stream.get_ref().1.peer_certificates();
        let subject = chain.and_then(|chain| (tls.subject)(chain.first()?));
        peer.certificate = subject.map(Arc::new);
        Ok(Stream::Tls(Box::new(stream.into())))
    }
}

/// Handshakes under way. One more than the limit ends the oldest, which is the likeliest to be
/// nothing but an open socket: whoever holds them all cannot keep others out.
#[derive(Debug)]
struct Handshakes {
    most: usize,
    oldest_first: Mutex<Turns>,
}

#[derive(Debug, Default)]
struct Turns {
    next: u64,
    waiting: VecDeque<(u64, oneshot::Sender<()>)>,
}

impl Handshakes {
    fn enter(&self) -> (oneshot::Receiver<()>, u64) {
        let (sender, given_up) = oneshot::channel();
        let mut turns = self
            .oldest_first
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        turns.waiting.retain(|(_, sender)| !sender.is_closed());
        if turns.waiting.len() >= self.most {
            turns.waiting.pop_front();
        }
        let turn = turns.next;
        turns.next += 1;
        turns.waiting.push_back((turn, sender));
        (given_up, turn)
    }

    fn leave(&self, turn: u64) {
        let mut turns = self
            .oldest_first
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        turns.waiting.retain(|(other, _)| *other != turn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_handshake_too_many_ends_the_oldest() {
        let handshakes = Handshakes {
            most: 2,
            oldest_first: Mutex::default(),
        };
        let (mut first, _) = handshakes.enter();
        let (mut second, turn) = handshakes.enter();
        handshakes.leave(turn);
        let (mut third, _) = handshakes.enter();
        assert!(
            first
                .try_recv()
                .is_err_and(|e| e == oneshot::error::TryRecvError::Empty)
        );
        let (mut fourth, _) = handshakes.enter();
        let ended = |given_up: &mut oneshot::Receiver<()>| {
            given_up.try_recv() == Err(oneshot::error::TryRecvError::Closed)
        };
        assert!(ended(&mut first) && ended(&mut second));
        assert!(!ended(&mut third) && !ended(&mut fourth));
    }
}
