//! The networks of an engine, as far as they tie containers to it.

use std::sync::Arc;

use rustc_hash::FxHashSet;

/// The user-defined networks an engine knows.
#[derive(Debug, Clone, Default)]
pub struct Networks {
    local: FxHashSet<Arc<str>>,
    global: FxHashSet<Arc<str>>,
}

impl Networks {
    /// Adds a network that exists on this engine alone.
    pub fn insert_local(&mut self, name: &str, id: &str) {
        self.local.extend([name.into(), id.into()]);
    }

    /// Adds a network that every engine of its swarm can reach.
    pub fn insert_global(&mut self, name: &str, id: &str) {
        self.global.extend([name.into(), id.into()]);
    }

    /// Whether a local network goes by this name, id or short id (12 digits or more).
    pub fn has_local(&self, reference: &str) -> bool {
        known(&self.local, reference)
    }

    /// Whether a global network goes by this name, id or short id.
    pub fn has_global(&self, reference: &str) -> bool {
        known(&self.global, reference)
    }
}

fn known(set: &FxHashSet<Arc<str>>, reference: &str) -> bool {
    let short_id = reference.len() >= 12 && reference.bytes().all(|b| b.is_ascii_hexdigit());
    set.contains(reference)
        || (short_id
            && set
                .iter()
                .any(|have| have.len() == 64 && have.starts_with(reference)))
}
