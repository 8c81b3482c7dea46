//! Bounds on what clients may take.

use std::time::Duration;

/// Limits and deadlines of the serving side.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// How long a TLS handshake may take.
    pub handshake_deadline: Duration,
    /// How many handshakes may be under way; beyond it the oldest is given up.
    pub max_handshakes: usize,
    /// How long a request's head may take from its first byte, give or take as long again.
    pub head_deadline: Duration,
    /// How long a connection may stay open without a request.
    pub idle_limit: Duration,
    /// How large a head may be, and how much is read ahead of a slow reader.
    pub max_buffer: usize,
    /// Silence after which TCP probes the client.
    pub keepalive: Duration,
    /// How long requests and tunnels may go on once the server is told to stop.
    pub drain: Duration,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            handshake_deadline: Duration::from_secs(10),
            max_handshakes: 256,
            head_deadline: Duration::from_secs(20),
            idle_limit: Duration::from_secs(600),
            max_buffer: 416 * 1024,
            keepalive: Duration::from_secs(15),
            drain: Duration::from_secs(10),
        }
    }
}
