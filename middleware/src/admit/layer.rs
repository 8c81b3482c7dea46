//! The layer.

use tower::Layer;

use super::Admit;

/// Puts [`Admit`] in front of a service of admitted requests.
#[derive(Clone, Debug)]
pub struct AdmitLayer<P> {
    policy: P,
}

impl<P> AdmitLayer<P> {
    /// Every request is put before `policy`.
    pub const fn new(policy: P) -> Self {
        Self { policy }
    }
}

impl<S, P: Clone> Layer<S> for AdmitLayer<P> {
    type Service = Admit<P, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Admit::new(self.policy.clone(), inner)
    }
}
