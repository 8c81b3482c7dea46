use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};

use super::RespondLayer;
use crate::api::Refusal;
use crate::body::Body;
use crate::error::Error;
use crate::parse::ParseError;

async fn answer(path: &str, result: fn() -> Result<Response<Body>, Error>) -> Response<Body> {
    let banner = |headers: &mut HeaderMap| {
        headers.insert("api-version", HeaderValue::from_static("1.41"));
    };
    let inner = service_fn(move |_: Request<Body>| async move { result() });
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let Ok(response) = RespondLayer::new(banner)
        .layer(inner)
        .oneshot(request)
        .await;
    response
}

async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn errors_are_json_with_dockers_status() {
    let response = answer("/v1.24/x", || {
        Err(Error::Select(Refusal::not_found("No such \"x\"")))
    })
    .await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["api-version"], "1.41");
    assert_eq!(
        text(response).await,
        "{\"message\":\"No such \\\"x\\\"\"}\n"
    );
}

#[tokio::test]
async fn old_clients_get_plain_text() {
    let response = answer("/v1.12/x", || Err(ParseError::NoRoute.into())).await;
    assert_eq!(
        response.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    assert_eq!(text(response).await, "page not found\n");
}

#[tokio::test]
async fn answers_pass_and_get_the_banner() {
    let response = answer("/x", || Ok(Response::new("OK".into()))).await;
    assert_eq!(response.headers()["api-version"], "1.41");
    assert_eq!(text(response).await, "OK");
}
