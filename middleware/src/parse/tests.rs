use std::ops::RangeInclusive;

use http::{Request, Response};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

use super::{JSON_LIMIT, ParseError, ParseLayer};
use crate::api::{ApiRequest, ApiVersion, Operation, PeerIdentity, Route};
use crate::auth::AuthLayer;
use crate::body::Body;
use crate::error::Error;

const OFFERED: fn() -> RangeInclusive<ApiVersion> = || ApiVersion::v1(12)..=ApiVersion::v1(41);

async fn send(method: &str, uri: &str, body: Body) -> Result<Response<Body>, Error> {
    let echo = service_fn(|request: ApiRequest| async move {
        Ok::<_, Error>(Response::new(Body::from(request.payload.bytes().to_vec())))
    });
    let stack = ServiceBuilder::new()
        .layer(AuthLayer::new(false))
        .service(ParseLayer::new(OFFERED).layer(echo));
    let mut request = Request::builder()
        .method(method)
        .uri(uri)
        .body(body)
        .unwrap();
    request.extensions_mut().insert(PeerIdentity::default());
    stack.oneshot(request).await
}

async fn refused(method: &str, uri: &str, body: impl Into<Body>) -> ParseError {
    match send(method, uri, body.into()).await {
        Err(Error::Parse(error)) => error,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn the_response_knows_its_route() {
    let response = send("POST", "/v1.41/containers/create", "{}".into())
        .await
        .unwrap();
    let route = response.extensions().get::<&'static Route>().unwrap();
    assert_eq!(route.operation, Operation::ContainerCreate);
}

#[tokio::test]
async fn versions_outside_the_range_get_the_engines_sentences() {
    let newer = refused("GET", "/v1.99/info", "").await.to_string();
    assert_eq!(
        newer,
        "client version 1.99 is too new. Maximum supported API version is 1.41"
    );
    let older = refused("GET", "/v1.5/info", "").await.to_string();
    assert!(
        older.starts_with("client version 1.5 is too old. Minimum supported API version is 1.12")
    );
    assert!(send("GET", "/v1.99/_ping", Body::empty()).await.is_ok());
}

#[tokio::test]
async fn bodies_that_are_not_json_or_too_large_are_refused() {
    let create = "/containers/create";
    assert!(matches!(
        refused("POST", create, "{\"a\":").await,
        ParseError::Json(_)
    ));
    assert!(matches!(
        refused("POST", create, "{} x").await,
        ParseError::Json(_)
    ));
    let large = vec![b' '; JSON_LIMIT + 1];
    let error = refused("POST", create, large).await;
    assert_eq!(error, ParseError::TooLarge { limit: JSON_LIMIT });
    assert!(
        send("POST", "/containers/a/start", Body::empty())
            .await
            .is_ok()
    );
}
