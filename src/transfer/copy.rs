//! Images follow the containers that need them: copied from a node that has them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use tracing::info;

use crate::cluster::{EngineSnapshot, NodeKey, Snapshot};
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

/// The copies under way: whoever needs the same image on the same node waits for one copy.
#[derive(Debug, Default)]
pub struct Transfers(Mutex<HashMap<(NodeKey, String), Arc<Turn>>>);

/// Held by the one who copies.
type Turn = tokio::sync::Mutex<()>;

impl Transfers {
    fn turn(&self, node: NodeKey, image: &str) -> Arc<Turn> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(turns.entry((node, image.to_owned())).or_default())
    }
}

/// Copies an image to a node from another of the same system, unless it has come meanwhile.
///
/// # Errors
/// When no node has it, or the copy failed.
pub async fn bring(
    context: &Context,
    to: &Arc<EngineSnapshot>,
    image: &str,
) -> Result<(), TransferError> {
    let asked_at = context.snapshot();
    let turn = context.transfers.turn(to.key, image);
    let _mine = turn.lock().await;
    let has = |snapshot: &Snapshot| {
        let held = snapshot.image(image).unwrap_or_default();
        held.iter().any(|held| held.engine.key == to.key)
    };
    if !has(&asked_at) && has(&context.snapshot()) {
        return Ok(());
    }
    copy(context, to, image).await
}

async fn copy(
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
    let held = holders
        .iter()
        .find(|held| {
            held.engine.key != to.key && held.engine.is_healthy() && same_system(held.engine)
        })
        .ok_or(TransferError::Nowhere)?;
    let from = held.engine;
    // By tag, so that the copy has the tag too; a bare repository would mean all of its tags.
    let canonical = ImageName::parse(image).canonical();
    let tagged = held
        .object
        .tags
        .iter()
        .find(|tag| ImageName::parse(tag).canonical() == canonical);
    let image = tagged.unwrap_or(&held.object.id);
    info!(from = %from.name, to = %to.name, %image, "Copying image");
    let failed = |error: &dyn std::fmt::Display| TransferError::Failed(error.to_string());
    let version = outbound::version(None, from, &snapshot);
    let source = ask::request(Method::GET, &format!("/v{version}/images/{image}/get"))
        .map_err(|error| failed(&error))?;
    let export = from
        .upstream
        .forward(source)
        .await
        .map_err(|error| failed(&error))?;
    if !export.status().is_success() {
        return Err(TransferError::Failed(format!(
            "{} answered {}",
            from.name,
            export.status()
        )));
    }
    let version = outbound::version(None, to, &snapshot);
    let mut load = ask::request(Method::POST, &format!("/v{version}/images/load?quiet=1"))
        .map_err(|error| failed(&error))?;
    let kind = HeaderValue::from_static("application/x-tar");
    load.headers_mut().insert(CONTENT_TYPE, kind);
    *load.body_mut() = export.into_body();
    let loaded = ask::one(to, load).await.map_err(|error| failed(&error))?;
    if !loaded.status.is_success() {
        return Err(TransferError::Failed(format!(
            "{}: {}",
            to.name,
            loaded.message()
        )));
    }
    context
        .engines
        .refresh_images(to.key)
        .await
        .map_err(|error| failed(&error))
}
