//! What a filter is.

use std::fmt;

use crate::scheduler::expr::Expr;
use crate::scheduler::{Node, Spec};

/// Whether soft expressions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Soft {
    /// First pass: as if they were hard.
    Binding,
    /// Second pass: as if they were not there.
    Ignored,
}

impl Soft {
    /// Whether an expression counts in this pass.
    pub fn counts(self, expr: &Expr) -> bool {
        self == Self::Binding || !expr.soft
    }
}

/// Says of one node whether it may take a container.
pub trait Filter: fmt::Debug + Send + Sync {
    /// The name it is chosen and reported by.
    fn name(&self) -> &'static str;

    /// Whether the node may take it.
    fn accepts(&self, spec: &Spec, node: &Node, soft: Soft) -> bool;

    /// What it asks of a node on behalf of this container, for error texts.
    fn describe(&self, spec: &Spec) -> Vec<String>;
}
