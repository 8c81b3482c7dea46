//! Sizes of containers, which engines work out on request.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::cluster::{Container, NodeKey};

/// What engines said when they were asked with `size=1`.
#[derive(Clone, Debug, Default)]
pub struct Sizes(FxHashMap<(NodeKey, Arc<str>), Box<str>>);

#[derive(Deserialize)]
struct Sized {
    #[serde(rename = "Id")]
    id: String,
    #[serde(rename = "SizeRw")]
    rw: Option<i64>,
    #[serde(rename = "SizeRootFs")]
    root: Option<i64>,
}

impl Sizes {
    /// Adds what one engine answered to a list with sizes.
    ///
    /// # Errors
    /// When it is not a list of containers.
    pub fn add(&mut self, node: NodeKey, body: &[u8]) -> serde_json::Result<()> {
        let list: Vec<Sized> = serde_json::from_slice(body)?;
        for Sized { id, rw, root } in list {
            let mut fields = String::new();
            for (name, size) in [("SizeRw", rw), ("SizeRootFs", root)] {
                if let Some(size) = size {
                    fields.push_str(&format!(",\"{name}\":{size}"));
                }
            }
            self.0.insert((node, id.into()), fields.into());
        }
        Ok(())
    }

    /// The fields to put before the closing brace of a container's entry.
    pub(super) fn of(&self, container: &Container) -> Option<&str> {
        let key = (container.node, Arc::clone(&container.id));
        self.0.get(&key).map(|fields| &**fields)
    }
}
