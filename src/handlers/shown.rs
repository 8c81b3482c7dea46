//! What objects of one node are called where all nodes are shown.

use std::sync::Arc;

/// `node/name`.
pub(super) fn with_node(node: &Arc<str>, name: &str) -> String {
    format!("{node}/{name}")
}
