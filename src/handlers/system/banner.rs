//! The headers of every answer, kept until what they say changes.

use std::sync::{Arc, PoisonError, RwLock};

use http::HeaderMap;
use swarm_middleware::api::ApiVersion;

use super::offer::{Offer, offer};
use super::ping;
use crate::cluster::ClusterView;

/// What every answer says of the endpoint, worked out once per change of an engine's facts or
/// health, not per request.
#[derive(Clone, Debug)]
pub struct Banner {
    view: ClusterView,
    kept: Arc<RwLock<Arc<Kept>>>,
}

/// What was worked out, and for which state.
#[derive(Debug, Default)]
struct Kept {
    roster: u64,
    offer: Offer,
    headers: HeaderMap,
}

impl Banner {
    /// Of this cluster.
    pub fn new(view: ClusterView) -> Self {
        Self {
            view,
            kept: Arc::default(),
        }
    }

    /// Puts the headers in, over those an engine sent.
    pub fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.kept().headers {
            headers.insert(name, value.clone());
        }
    }

    /// The range of versions that is offered.
    pub fn offered(&self) -> std::ops::RangeInclusive<ApiVersion> {
        let offer = self.kept().offer;
        offer.minimum..=offer.maximum
    }

    fn kept(&self) -> Arc<Kept> {
        let snapshot = self.view.snapshot();
        let kept = Arc::clone(&self.kept.read().unwrap_or_else(PoisonError::into_inner));
        if kept.roster == snapshot.roster() && !kept.headers.is_empty() {
            return kept;
        }
        let fresh = Arc::new(Kept {
            roster: snapshot.roster(),
            offer: offer(&snapshot),
            headers: ping::common_headers(&snapshot),
        });
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        fresh
    }
}
