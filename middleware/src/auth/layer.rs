//! The layer.

use tower::Layer;

use super::Auth;

/// Puts [`Auth`] in front of a service of authenticated requests.
#[derive(Clone, Copy, Debug)]
pub struct AuthLayer {
    certificate_required: bool,
}

impl AuthLayer {
    /// With `certificate_required`, a request without a verified certificate is turned away
    /// even where the TLS room let it in.
    pub const fn new(certificate_required: bool) -> Self {
        Self {
            certificate_required,
        }
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = Auth<S>;

    fn layer(&self, inner: S) -> Auth<S> {
        Auth::new(inner, self.certificate_required)
    }
}
