//! The layer.

use tower::Layer;

use super::Parse;

/// Puts [`Parse`] in front of a service of parsed requests.
#[derive(Clone, Copy, Debug)]
pub struct ParseLayer<V> {
    versions: V,
}

impl<V> ParseLayer<V> {
    /// Requests are held against the versions that `versions` offers at the time.
    pub const fn new(versions: V) -> Self {
        Self { versions }
    }
}

impl<S, V: Clone> Layer<S> for ParseLayer<V> {
    type Service = Parse<V, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Parse::new(self.versions.clone(), inner)
    }
}
