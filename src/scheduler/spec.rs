//! Everything a create asks of placement, parsed once.

use std::sync::Arc;

use serde_json::Value;
use swarm_middleware::api::ApiVersion;

use super::directive::Directive;
use super::expr::{Expr, ExprError, Operator, Pattern};
use super::labels::{self, Labels};
use super::mentions::{self, Dependency, Mention};
use super::platform::Platform;
use super::ports::{PortClaim, Protocol, exposed_port};
use super::workload::{CpuShares, Workload, bindings, session};

/// How create bodies are read.
#[derive(Debug, Clone, Copy, Default)]
pub struct SpecOptions {
    /// How `CpuShares` are understood.
    pub cpu_shares: CpuShares,
}

/// Why a create cannot be understood; always the client's to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// The body is JSON but no object.
    #[error("the container's configuration must be a JSON object")]
    NotAnObject,
    /// A placement expression is wrong.
    #[error("{kind}: {error}")]
    Expression {
        /// Which kind of expression.
        kind: &'static str,
        /// What is wrong with it.
        error: ExprError,
    },
    /// A whitelist with `!=`.
    #[error("whitelist: invalid expression {0:?}: only == is possible")]
    Whitelist(String),
    /// A label that should hold a JSON array does not.
    #[error("label {0} must be a JSON array of strings")]
    Label(&'static str),
    /// More than one rescheduling policy.
    #[error("only one rescheduling policy is possible, not {0}")]
    ManyPolicies(usize),
    /// A policy that does not exist.
    #[error("invalid rescheduling policy {0:?}: off, on-node-failure are possible")]
    UnknownPolicy(String),
    /// A platform that is not `os/arch/variant`.
    #[error("invalid platform {0:?}: give os[/arch[/variant]]")]
    Platform(String),
}

/// What happens to a container whose node fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reschedule {
    /// It waits for its node.
    #[default]
    Off,
    /// It is re-created on another node.
    OnNodeFailure,
}

/// Everything placement asks, parsed once from a create body.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The container's name, without slash.
    pub name: Option<Arc<str>>,
    /// The swarm id, once it has one.
    pub swarm_id: Option<Arc<str>>,
    /// The image as given.
    pub image: Arc<str>,
    /// The labels as given.
    pub labels: Labels,
    /// Bytes of memory to reserve.
    pub memory: i64,
    /// CPUs to reserve, in billionths; with cores counted, those too.
    pub nano_cpus: i64,
    /// `CpuShares` as given.
    pub cpu_shares: i64,
    /// Host ports wanted.
    pub ports: Vec<PortClaim>,
    /// Whether it shares the host's network.
    pub host_network: bool,
    /// Ports exposed: first, last, protocol.
    pub exposed: Vec<(u16, u16, Protocol)>,
    /// Named volumes of local scope.
    pub volumes: Vec<Mention>,
    /// User-defined networks.
    pub networks: Vec<Mention>,
    /// Containers that must be on the same node.
    pub dependencies: Vec<Dependency>,
    /// What the node must be like.
    pub constraints: Vec<Expr>,
    /// What the node must hold already.
    pub affinities: Vec<Expr>,
    /// Which nodes may be used at all.
    pub whitelists: Vec<Whitelist>,
    /// What happens when its node fails.
    pub reschedule: Reschedule,
    /// The Testcontainers session it belongs to.
    pub session: Option<Arc<str>>,
    /// The platform asked for.
    pub platform: Option<Platform>,
    /// Ids of nodes on which it has failed.
    pub avoided: Vec<Arc<str>>,
    /// The version the request speaks; none speaks each engine's newest.
    pub api: Option<ApiVersion>,
}

/// A whitelist, and its value taken apart at the `|`s.
#[derive(Debug, Clone)]
pub struct Whitelist {
    /// The whole expression.
    pub expr: Expr,
    /// One pattern per name: literal or glob.
    pub names: Vec<Pattern>,
}

impl Spec {
    /// Parses a create body, before or after the wishes in its `Env` were moved into labels.
    ///
    /// # Errors
    /// When an expression, a policy, a label or the platform is not valid.
    pub fn parse(
        name: Option<&str>,
        platform: Option<&str>,
        api: impl Into<Option<ApiVersion>>,
        body: &Value,
        options: &SpecOptions,
    ) -> Result<Self, SpecError> {
        if !body.is_object() {
            return Err(SpecError::NotAnObject);
        }
        let host = &body["HostConfig"];
        let name = name.map(plain).filter(|name| !name.is_empty());
        let labels = Labels::from_json(body.get("Labels"));
        // Before API 1.18 these two stood outside HostConfig.
        let amount = |key: &str| whole(&host[key]).max(whole(&body[key])).max(0);
        let cpu_shares = amount("CpuShares");
        let cores = match options.cpu_shares {
            CpuShares::Weight => 0,
            CpuShares::Cores => cpu_shares.saturating_mul(1_000_000_000),
        };
        let exposed = body["ExposedPorts"].as_object().into_iter().flatten();
        Ok(Self {
            name: name.map(Into::into),
            swarm_id: labels.get(labels::SWARM_ID).map(Into::into),
            image: body["Image"].as_str().unwrap_or("").into(),
            memory: amount("Memory"),
            nano_cpus: whole(&host["NanoCpus"]).max(0).saturating_add(cores),
            cpu_shares,
            ports: ports(host),
            host_network: host["NetworkMode"].as_str() == Some("host"),
            exposed: exposed.filter_map(|(port, _)| exposed_port(port)).collect(),
            volumes: mentions::volumes(body),
            networks: mentions::networks(body),
            dependencies: mentions::dependencies(body),
            constraints: expressions(Directive::Constraint, body)?,
            affinities: expressions(Directive::Affinity, body)?,
            whitelists: whitelists(body)?,
            reschedule: reschedule(body)?,
            session: session(&labels, name),
            platform: platform
                .filter(|text| !text.is_empty())
                .map(Platform::parse)
                .transpose()?,
            labels,
            avoided: Vec::new(),
            api: api.into(),
        })
    }

    /// Marks the volumes and networks that may still move.
    pub fn loosen(&mut self, volume: impl Fn(&str) -> bool, network: impl Fn(&str) -> bool) {
        for mention in &mut self.volumes {
            mention.loose = mention.node.is_none() && volume(&mention.name);
        }
        for mention in &mut self.networks {
            mention.loose = mention.node.is_none() && network(&mention.name);
        }
    }

    /// Whether there is anything to give up when nothing fits.
    pub fn has_soft(&self) -> bool {
        let exprs = self.constraints.iter().chain(&self.affinities);
        let lists = self.whitelists.iter().map(|list| &list.expr);
        exprs.chain(lists).any(|expr| expr.soft)
    }

    /// What a lease for this create occupies.
    pub fn workload(&self, id: impl Into<Arc<str>>) -> Workload {
        let names = |mentions: &[Mention]| mentions.iter().map(|m| Arc::clone(&m.name)).collect();
        Workload {
            id: id.into(),
            swarm_id: self.swarm_id.clone(),
            names: self.name.iter().cloned().collect(),
            image: Arc::clone(&self.image),
            image_id: "".into(),
            labels: self.labels.clone(),
            memory: self.memory,
            nano_cpus: self.nano_cpus,
            cpu_shares: self.cpu_shares,
            ports: self.ports.clone().into(),
            host_network: self.host_network,
            exposed: self.exposed.clone().into(),
            volumes: names(&self.volumes),
            networks: names(&self.networks),
            session: self.session.clone(),
            running: false,
        }
    }
}

fn plain(name: &str) -> &str {
    name.strip_prefix('/').unwrap_or(name)
}

/// A whole number, also where a client wrote it as a float.
fn whole(value: &Value) -> i64 {
    let float = || value.as_f64().map(|float| float as i64);
    value.as_i64().or_else(float).unwrap_or(0)
}

fn ports(host: &Value) -> Vec<PortClaim> {
    let mode = host["NetworkMode"].as_str().unwrap_or("");
    if mode == "host" || mode == "none" || mode.starts_with("container:") {
        return Vec::new();
    }
    let mut claims: Vec<PortClaim> = Vec::new();
    for (_, claim) in bindings(&host["PortBindings"]) {
        if !(claim.is_exact() && claims.contains(&claim)) {
            claims.push(claim);
        }
    }
    claims
}

fn expressions(kind: Directive, body: &Value) -> Result<Vec<Expr>, SpecError> {
    kind.wishes(body)?
        .iter()
        .map(|text| expression(kind, text))
        .collect()
}

fn expression(kind: Directive, text: &str) -> Result<Expr, SpecError> {
    Expr::parse(text).map_err(|error| SpecError::Expression {
        kind: kind.prefix(),
        error,
    })
}

fn whitelists(body: &Value) -> Result<Vec<Whitelist>, SpecError> {
    let kind = Directive::Whitelist;
    let one = |text: &String| {
        let expr = expression(kind, text)?;
        if expr.operator == Operator::NotEqual {
            return Err(SpecError::Whitelist(text.clone()));
        }
        let name = |name: &str| match Pattern::name(name) {
            Some(name) => Ok(name),
            None => Err(SpecError::Expression {
                kind: kind.prefix(),
                error: ExprError::Value(text.clone()),
            }),
        };
        let names = expr.value.split('|').map(name).collect::<Result<_, _>>()?;
        Ok(Whitelist { expr, names })
    };
    kind.wishes(body)?.iter().map(one).collect()
}

fn reschedule(body: &Value) -> Result<Reschedule, SpecError> {
    let policies = Directive::Reschedule.wishes(body)?;
    match policies.as_slice() {
        [] => Ok(Reschedule::Off),
        [one] => match one.as_str() {
            "off" => Ok(Reschedule::Off),
            "on-node-failure" => Ok(Reschedule::OnNodeFailure),
            other => Err(SpecError::UnknownPolicy(other.to_owned())),
        },
        many => Err(SpecError::ManyPolicies(many.len())),
    }
}

#[cfg(test)]
mod tests;
