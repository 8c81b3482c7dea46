//! Images follow the containers that need them: copied from a node that has them.

use std::sync::Arc;

use http::{HeaderValue, Method};
use http::header::CONTENT_TYPE;
use tracing::info;

use crate::cluster::EngineSnapshot;
use crate::engine::Refresh;
use crate::handlers::{Context, ask, outbound};
use crate::scheduler::images::ImageName;

/// Why an image did not come.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// Copying is switched off.
    #[error("swarm.image-transfer is off")]
    Off,
    /// It was asked for by digest, which a copy does not keep.
    #[error("it was asked for by digest")]
    Digest,
    /// No healthy node of the same system has it.
    #[error("no other node holds it")]
    Nowhere,
    /// It could not be read or written.
    #[error("{0}")]
    Failed(String),
}

/// Copies an image to a node from another of the same system, streamed from engine to engine.
///
/// # Errors
/// When no node has it, or the copy failed.
pub async fn bring(
    context: &Context,
    to: &Arc<EngineSnapshot>,
    image: &str,
) -> Result<(), TransferError> {
    if context.options.image_transfer == crate::config::ImageTransfer::Off {
        return Err(TransferError::Off);
    }
    if image.contains('@') {
        return Err(TransferError::Digest);
    }
    let snapshot = context.snapshot();
    let holders = snapshot.image(image).unwrap_or_default();
    let same_system = |engine: &EngineSnapshot| {
        engine.node.os == to.node.os && engine.node.architecture == to.node.architecture
    };
    let from = holders
        .iter()
        .map(|held| held.engine)
        .find(|engine| engine.key != to.key && engine.is_healthy() && same_system(engine))
        .ok_or(TransferError::Nowhere)?;
    info!(from = %from.name, to = %to.name, image, "Copying image");
    let failed = |error: &dyn std::fmt::Display| TransferError::Failed(error.to_string());
    let version = outbound::version(None, from, &snapshot);
    let source = ask::request(Method::GET, &format!("/v{version}/images/{image}/get"))
        .map_err(|error| failed(&error))?;
    let export = from.upstream.forward(source).await.map_err(|error| failed(&error))?;
    if !export.status().is_success() {
        return Err(TransferError::Failed(format!("{} answered {}", from.name, export.status())));
    }
    let version = outbound::version(None, to, &snapshot);
    let mut load = ask::request(Method::POST, &format!("/v{version}/images/load?quiet=1"))
        .map_err(|error| failed(&error))?;
    let kind = HeaderValue::from_static("application/x-tar");
    load.headers_mut().insert(CONTENT_TYPE, kind);
    *load.body_mut() = export.into_body();
    let loaded = ask::one(to, load).await.map_err(|error| failed(&error))?;
    if !loaded.status.is_success() {
        return Err(TransferError::Failed(format!("{}: {}", to.name, loaded.message())));
    }
    context.engines.refresh(to.key, Refresh::Images).await;
    Ok(())
}
