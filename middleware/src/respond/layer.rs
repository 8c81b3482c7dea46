//! The layer.

use tower::Layer;

use super::Respond;

/// Puts [`Respond`] in front of a service that may fail.
#[derive(Clone, Copy, Debug)]
pub struct RespondLayer<H> {
    banner: H,
}

impl<H> RespondLayer<H> {
    /// Every answer gets the headers that `banner` puts in.
    pub const fn new(banner: H) -> Self {
        Self { banner }
    }
}

impl<S, H: Clone> Layer<S> for RespondLayer<H> {
    type Service = Respond<H, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Respond::new(self.banner.clone(), inner)
    }
}
