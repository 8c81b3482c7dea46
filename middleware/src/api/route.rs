//! Rows of the route table: what an operation is and how a cluster treats it.

use http::Method;

use super::Operation;

/// How the cluster answers an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Treatment {
    /// Answered by the endpoint itself.
    Local,
    /// Merged from the state of all nodes, or asked of all of them.
    Aggregate,
    /// Done on every node that matters.
    Broadcast,
    /// A node is chosen by filters and strategy.
    Schedule,
    /// Belongs to the node of the container in the path.
    Container,
    /// Belongs to the node of the exec in the path.
    Exec,
    /// Belongs to one node that holds the image.
    Image,
    /// Belongs to the node of the network in the path.
    Network,
    /// Belongs to the node of the volume in the path.
    Volume,
    /// Any healthy node can answer.
    AnyNode,
    /// Refused as an engine outside swarm mode refuses it (503).
    OutsideSwarmMode,
    /// Refused: not an operation of a cluster, or not built yet (501).
    NotImplemented,
}

/// What becomes of a request's body before a node is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyPolicy {
    /// Passed on as it arrives.
    Streamed,
    /// JSON that is read first, under the limit.
    Buffered,
}

/// One row of the route table.
#[derive(Debug, PartialEq, Eq)]
pub struct Route {
    /// The method; HEAD has rows of its own.
    pub method: Method,
    /// The path without version: literal segments, `{name}` (may hold slashes) and `{extra}`.
    pub pattern: &'static str,
    /// What is asked.
    pub operation: Operation,
    /// How it is answered.
    pub treatment: Treatment,
    /// Whether the body is needed to decide.
    pub body: BodyPolicy,
}
