//! A copy from a node that has the image: one engine's export streamed into the other's load.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Response};
use swarm_middleware::body::Body;
use tracing::info;

use super::pull::refused;
use super::shared::Outcome;
use super::{Need, TransferError};
use crate::cluster::{EngineSnapshot, Snapshot};
use crate::handlers::{Context, ask, outbound};
use crate::scheduler::images::ImageName;

/// Copies the image from a healthy node of the same system.
pub(super) async fn copy(context: &Context, need: &Need) -> Outcome {
    if need.image.contains('@') {
        return Err(TransferError::Digest);
    }
    let snapshot = context.snapshot();
    let (from, image) = source(&snapshot, need).ok_or(TransferError::Nowhere)?;
    let to = &need.node;
    info!(from = %from.name, to = %to.name, %image, "Copying image");
    let archive = export(&snapshot, &from, &image).await?;
    let version = outbound::version(None, to, &snapshot);
    let load = format!("/v{version}/images/load?quiet=1");
    let mut load = ask::request(Method::POST, &load).map_err(TransferError::failed)?;
    let kind = HeaderValue::from_static("application/x-tar");
    load.headers_mut().insert(CONTENT_TYPE, kind);
    *load.body_mut() = archive.into_body();
    let loaded = ask::one(to, load).await.map_err(TransferError::failed)?;
    if !loaded.status.is_success() {
        let message = format!("{}: {}", to.name, loaded.message());
        return Err(TransferError::Failed(message));
    }
    loaded
        .body
        .split(|byte| *byte == b'\n')
        .try_for_each(refused)?;
    let read = context.engines.refresh_images(to.key).await;
    read.map_err(TransferError::failed)
}

/// Who has the image, and what to ask there for: by tag, so that the copy has the tag too. A bare
/// repository would mean all of its tags.
fn source(snapshot: &Snapshot, need: &Need) -> Option<(Arc<EngineSnapshot>, Arc<str>)> {
    let to = &need.node;
    let same_system = |engine: &EngineSnapshot| {
        engine.node.os == to.node.os && engine.node.architecture == to.node.architecture
    };
    let held = snapshot.image(&need.image).unwrap_or_default();
    let held = held.iter().find(|held| {
        held.engine.key != to.key && held.engine.is_healthy() && same_system(held.engine)
    })?;
    let canonical = ImageName::parse(&need.image).canonical();
    let mut tags = held.object.tags.iter();
    let tagged = tags.find(|tag| ImageName::parse(tag).canonical() == canonical);
    let image = tagged.unwrap_or(&held.object.id);
    Some((Arc::clone(held.engine), Arc::clone(image)))
}

async fn export(
    snapshot: &Snapshot,
    from: &EngineSnapshot,
    image: &str,
) -> Result<Response<Body>, TransferError> {
    let version = outbound::version(None, from, snapshot);
    let path = format!("/v{version}/images/{image}/get");
    let request = ask::request(Method::GET, &path).map_err(TransferError::failed)?;
    let export = from.upstream.forward(request).await;
    let export = export.map_err(TransferError::failed)?;
    if !export.status().is_success() {
        let message = format!("{} answered {}", from.name, export.status());
        return Err(TransferError::Failed(message));
    }
    Ok(export)
}
