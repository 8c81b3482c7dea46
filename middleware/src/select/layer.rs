//! The layer.

use tower::Layer;

use super::Select;

/// Puts [`Select`] in front of a service of placed requests.
#[derive(Clone, Debug)]
pub struct SelectLayer<P> {
    placement: P,
}

impl<P> SelectLayer<P> {
    /// Every request is given its plan by `placement`.
    pub const fn new(placement: P) -> Self {
        Self { placement }
    }
}

impl<S, P: Clone> Layer<S> for SelectLayer<P> {
    type Service = Select<P, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Select::new(self.placement.clone(), inner)
    }
}
