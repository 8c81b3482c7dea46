//! Nodes whose host ports are free.

use super::{Filter, Soft};
use crate::scheduler::ports::PortClaim;
use crate::scheduler::{Node, Spec, Workload};

/// Keeps nodes where nobody, running, stopped or leased, holds a wanted host port; with the host's network shared,
/// nodes where no other that shares it exposes the same port.
#[derive(Debug, Clone, Copy)]
pub struct Port;

impl Filter for Port {
    fn name(&self) -> &'static str {
        "port"
    }

    fn accepts(&self, spec: &Spec, node: &Node, _: Soft) -> bool {
        if spec.host_network {
            return spec.exposed.is_empty() || !node.workloads().any(|w| clashes(spec, w));
        }
        spec.ports.is_empty() || node.ports_free(&spec.ports)
    }

    fn describe(&self, spec: &Spec) -> Vec<String> {
        if spec.host_network {
            let one = |(first, last, protocol): &(u16, u16, _)| {
                format!("host network port {}/{protocol}", range(*first, *last))
            };
            return spec.exposed.iter().map(one).collect();
        }
        spec.ports.iter().map(claim).collect()
    }
}

fn clashes(spec: &Spec, other: &Workload) -> bool {
    let meet = |a: &(u16, u16, _), b: &(u16, u16, _)| a.2 == b.2 && a.0 <= b.1 && b.0 <= a.1;
    other.host_network
        && spec
            .exposed
            .iter()
            .any(|mine| other.exposed.iter().any(|theirs| meet(mine, theirs)))
}

fn range(first: u16, last: u16) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first}-{last}")
    }
}

fn claim(claim: &PortClaim) -> String {
    let ports = range(claim.first, claim.last);
    match claim.ip {
        Some(ip) => format!("port {ip}:{ports}/{}", claim.protocol),
        None => format!("port {ports}/{}", claim.protocol),
    }
}

#[cfg(test)]
mod tests;
