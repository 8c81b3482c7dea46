use std::sync::Arc;

use http::Request;
use tower::{ServiceExt, service_fn};

use super::service::IDENTITY_HEADER;
use super::{Auth, AuthError, Authenticated};
use crate::api::{PeerIdentity, Subject};
use crate::error::Error;

async fn pass(required: bool, peer: Option<PeerIdentity>) -> Result<Request<()>, Error> {
    let inner = service_fn(|request: Authenticated<()>| async {
        let (mut request, peer) = request.into_parts();
        request.extensions_mut().insert(peer);
        Ok::<_, Error>(request)
    });
    let mut request = Request::new(());
    request
        .headers_mut()
        .insert(IDENTITY_HEADER, "CN=admin".parse().unwrap());
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }
    Auth::new(inner, required).oneshot(request).await
}

fn over_tcp(certificate: Option<Arc<Subject>>) -> PeerIdentity {
    PeerIdentity {
        address: Some(([127, 0, 0, 1], 1).into()),
        certificate,
    }
}

#[tokio::test]
async fn the_verified_identity_goes_down_and_claimed_ones_do_not() {
    let subject = Arc::new(Subject {
        common_name: Some("ci".into()),
        ..Subject::default()
    });
    let peer = over_tcp(Some(subject));
    let request = pass(true, Some(peer.clone())).await.unwrap();
    assert_eq!(request.extensions().get(), Some(&peer));
    assert!(!request.headers().contains_key(IDENTITY_HEADER));
}

#[tokio::test]
async fn without_an_identity_nothing_goes_down() {
    assert!(matches!(
        pass(false, None).await,
        Err(Error::Auth(AuthError::NoIdentity))
    ));
    let refused = pass(true, Some(over_tcp(None))).await;
    assert!(matches!(
        refused,
        Err(Error::Auth(AuthError::NoCertificate))
    ));
}

#[tokio::test]
async fn a_unix_socket_needs_no_certificate() {
    assert!(pass(true, Some(PeerIdentity::default())).await.is_ok());
}
