//! A pull on behalf of a create.

use http::Method;
use serde_json::Value;
use swarm_middleware::api::Query;
use tracing::info;

use super::shared::Outcome;
use super::{Need, TransferError};
use crate::engine::{EngineError, Lines};
use crate::handlers::{Context, ask, outbound};
use crate::scheduler::images::ImageName;

/// Pulls the image on the node that lacks it, with the create's own credentials.
pub(super) async fn pull(context: &Context, need: &Need) -> Outcome {
    let query = query(&need.image, need.platform.as_deref()).ok_or(TransferError::Id)?;
    let node = &need.node;
    info!(node = %node.name, image = %need.image, "Pulling image");
    let version = outbound::version(None, node, &context.snapshot());
    let path = format!("/v{version}/images/create?{}", query.as_str());
    let mut request = ask::request(Method::POST, &path).map_err(TransferError::failed)?;
    if let Some(credentials) = &need.credentials {
        let headers = request.headers_mut();
        headers.insert("x-registry-auth", credentials.clone());
    }
    let response = node.upstream.forward(request).await;
    let response = response.map_err(TransferError::failed)?;
    if !response.status().is_success() {
        let status = response.status();
        let body = ask::whole(node, response.into_body()).await;
        let body = body.map_err(TransferError::failed)?;
        let answer = ask::Answer { status, body };
        return Err(TransferError::Failed(answer.message()));
    }
    let mut lines = Lines::new(response.into_body(), "/images/create");
    loop {
        match lines.next().await {
            Ok(line) => refused(&line)?,
            Err(EngineError::StreamEnded) => break,
            Err(error) => return Err(TransferError::failed(error)),
        }
    }
    let read = context.engines.refresh_images(node.key).await;
    read.map_err(TransferError::failed)
}

/// An engine that fails in the middle says so in a line.
pub(super) fn refused(line: &[u8]) -> Outcome {
    let line: Option<Value> = serde_json::from_slice(line).ok();
    match line.as_ref().and_then(|line| line["error"].as_str()) {
        Some(error) => Err(TransferError::Failed(error.to_owned())),
        None => Ok(()),
    }
}

/// What the engine is asked for: one tag or digest, never a whole repository. None for an id.
fn query(image: &str, platform: Option<&str>) -> Option<Query> {
    if image.is_empty() || image.starts_with("sha256:") {
        return None;
    }
    let ImageName {
        repository,
        tag,
        digest,
    } = ImageName::parse(image);
    let tag = digest.or(tag).unwrap_or_else(|| "latest".to_owned());
    let query = Query::default().with("fromImage", Some(&repository));
    let query = query.with("tag", Some(&tag));
    Some(match platform.filter(|platform| !platform.is_empty()) {
        Some(platform) => query.with("platform", Some(platform)),
        None => query,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tag_or_digest_is_asked_for() {
        let asked = |image, platform| Some(query(image, platform)?.as_str().to_owned());
        for (image, expected) in [
            (
                "busybox",
                "fromImage=docker.io%2Flibrary%2Fbusybox&tag=latest",
            ),
            ("reg:5000/a/b:2", "fromImage=reg%3A5000%2Fa%2Fb&tag=2"),
            (
                "a/b:2@sha256:0f",
                "fromImage=docker.io%2Fa%2Fb&tag=sha256%3A0f",
            ),
        ] {
            assert_eq!(asked(image, None).as_deref(), Some(expected));
        }
        assert!(
            asked("a/b", Some("linux/arm64"))
                .unwrap()
                .ends_with("&platform=linux%2Farm64")
        );
        assert_eq!(asked("sha256:0f0f", None), None);
        assert_eq!(asked("", None), None);
    }

    #[test]
    fn an_error_in_the_stream_fails_the_pull() {
        assert!(refused(br#"{"status":"Pulling"}"#).is_ok());
        let refused = refused(br#"{"errorDetail":{"message":"denied"},"error":"denied"}"#);
        assert_eq!(refused.unwrap_err().to_string(), "denied");
    }
}
