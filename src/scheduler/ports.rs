//! Host ports: what a container asks for, and who holds what on a node.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use rustc_hash::FxHashMap;

/// The transport protocol of a published port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// `tcp`, also when none is named.
    Tcp,
    /// `udp`.
    Udp,
    /// `sctp`.
    Sctp,
    /// Anything a newer engine may know; all such ports are held to collide.
    Other,
}

impl Protocol {
    /// Reads a protocol's name; an empty one is TCP.
    pub fn from_name(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "" | "tcp" => Self::Tcp,
            "udp" => Self::Udp,
            "sctp" => Self::Sctp,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
            Self::Other => "other",
        })
    }
}

/// A claim on one host port out of `first..=last`, on one address or on all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PortClaim {
    /// The host address; `None` is every address.
    pub ip: Option<IpAddr>,
    /// The lowest port that would do.
    pub first: u16,
    /// The highest port that would do; equal to `first` for a plain port.
    pub last: u16,
    /// The protocol.
    pub protocol: Protocol,
}

impl PortClaim {
    /// A claim on exactly one port.
    pub fn exact(ip: Option<IpAddr>, port: u16, protocol: Protocol) -> Self {
        Self {
            ip,
            first: port,
            last: port,
            protocol,
        }
    }

    /// Reads the `HostIp` and `HostPort` of a port binding; `None` when the engine is to choose any free port.
    pub fn parse(host_ip: &str, host_port: &str, protocol: Protocol) -> Option<Self> {
        let (first, last) = port_range(host_port)?;
        (first != 0).then(|| Self {
            ip: host_address(host_ip),
            first,
            last,
            protocol,
        })
    }

    /// Whether one port and no other would do.
    pub fn is_exact(&self) -> bool {
        self.first == self.last
    }
}

/// Reads a host address; empty, wildcard and unreadable ones mean every address.
pub fn host_address(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    IpAddr::from_str(bare)
        .ok()
        .filter(|ip| !ip.is_unspecified())
}

/// Reads `80` or `8000-8010`.
pub(crate) fn port_range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}

/// Reads `80/udp` or `8000-8010`, the way exposed ports are written.
pub(crate) fn exposed_port(text: &str) -> Option<(u16, u16, Protocol)> {
    let (range, protocol) = text.split_once('/').unwrap_or((text, ""));
    let (first, last) = port_range(range)?;
    Some((first, last, Protocol::from_name(protocol)))
}

#[derive(Debug, Clone)]
struct Holder {
    ip: Option<IpAddr>,
    workload: Arc<str>,
}

/// Which workload holds which host port.
#[derive(Debug, Clone, Default)]
pub(crate) struct PortTable {
    held: FxHashMap<(u16, Protocol), Vec<Holder>>,
}

fn overlap(a: Option<IpAddr>, b: Option<IpAddr>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b,
        (None, _) | (_, None) => true,
    }
}

/// Plain ports first, then ranges by their end: taking the lowest free port in this order never wastes one.
fn in_order(claims: &[PortClaim]) -> Vec<&PortClaim> {
    let mut order: Vec<_> = claims.iter().collect();
    order.sort_by_key(|claim| (!claim.is_exact(), claim.last, claim.first));
    order
}

impl PortTable {
    fn is_free(&self, ip: Option<IpAddr>, port: u16, protocol: Protocol) -> bool {
        self.held
            .get(&(port, protocol))
            .is_none_or(|holders| !holders.iter().any(|holder| overlap(holder.ip, ip)))
    }

    /// Whether all claims can be met at once.
    pub(crate) fn fits(&self, claims: &[PortClaim]) -> bool {
        let mut taken: Vec<(Option<IpAddr>, u16, Protocol)> = Vec::new();
        for claim in in_order(claims) {
            let free = |port: u16| {
                self.is_free(claim.ip, port, claim.protocol)
                    && !taken.iter().any(|(ip, other, protocol)| {
                        *other == port && *protocol == claim.protocol && overlap(*ip, claim.ip)
                    })
            };
            // One port named twice in a create is the engine's to judge, not a lack of room.
            let port = if claim.is_exact() {
                self.is_free(claim.ip, claim.first, claim.protocol)
                    .then_some(claim.first)
            } else {
                (claim.first..=claim.last).find(|port| free(*port))
            };
            match port {
                Some(port) => taken.push((claim.ip, port, claim.protocol)),
                None => return false,
            }
        }
        true
    }

    /// Gives `workload` its ports; a claim that cannot be met exactly still marks its lowest port.
    pub(crate) fn take(&mut self, workload: &Arc<str>, claims: &[PortClaim]) {
        for claim in in_order(claims) {
            let port = (claim.first..=claim.last)
                .find(|port| self.is_free(claim.ip, *port, claim.protocol))
                .unwrap_or(claim.first);
            self.held
                .entry((port, claim.protocol))
                .or_default()
                .push(Holder {
                    ip: claim.ip,
                    workload: Arc::clone(workload),
                });
        }
    }

    /// Takes back what `workload` got for `claims`.
    pub(crate) fn release(&mut self, workload: &str, claims: &[PortClaim]) {
        for claim in claims {
            for port in claim.first..=claim.last {
                let key = (port, claim.protocol);
                if let Some(holders) = self.held.get_mut(&key) {
                    holders.retain(|holder| &*holder.workload != workload);
                    if holders.is_empty() {
                        self.held.remove(&key);
                    }
                }
            }
        }
    }
}
