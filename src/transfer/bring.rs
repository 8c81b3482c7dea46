//! An image that a node lacks: from another node, else from its registry.

use std::sync::Arc;

use futures_util::FutureExt;
use http::HeaderValue;
use tracing::debug;

use super::shared::{Outcome, Transfer, Way};
use super::{TransferError, copy, pull};
use crate::cluster::{EngineSnapshot, Snapshot};
use crate::config::{ImageTransfer, PullOnCreate};
use crate::handlers::Context;

/// An image that a create found missing.
#[derive(Clone, Debug)]
pub struct Need {
    /// The node that lacks it.
    pub node: Arc<EngineSnapshot>,
    /// The image as the create names it.
    pub image: Arc<str>,
    /// The create's `X-Registry-Auth`.
    pub credentials: Option<HeaderValue>,
    /// The create's `platform`.
    pub platform: Option<String>,
}

/// Brings the image, unless it has come since `seen` was taken: a copy where a node of the same
/// system has it, else a pull as `swarm.pull-on-create` says.
///
/// # Errors
/// Why it did not come.
pub async fn bring(context: &Context, seen: &Snapshot, need: &Need) -> Outcome {
    let here = |snapshot: &Snapshot| {
        let held = snapshot.image(&need.image).unwrap_or_default();
        held.iter().any(|held| held.engine.key == need.node.key)
    };
    if !here(seen) && here(&context.snapshot()) {
        return Ok(());
    }
    let Err(reason) = copy_only(context, need).await else {
        return Ok(());
    };
    debug!(node = %need.node.name, image = %need.image, %reason, "Image not copied");
    if context.options.pull_on_create == PullOnCreate::Auth && need.credentials.is_none() {
        return Err(TransferError::NoCredentials);
    }
    let way = Way::Pull {
        credentials: need.credentials.clone(),
        platform: need.platform.clone(),
    };
    share(context, need, way).await
}

/// Brings the image from a node of the same system that has it.
///
/// # Errors
/// Why it did not come.
pub async fn copy_only(context: &Context, need: &Need) -> Outcome {
    match context.options.image_transfer {
        ImageTransfer::Off => Err(TransferError::Off),
        ImageTransfer::On => share(context, need, Way::Copy).await,
    }
}

async fn share(context: &Context, need: &Need, way: Way) -> Outcome {
    let transfer = Transfer {
        node: need.node.key,
        image: need.image.to_string(),
        way,
    };
    let work = context.transfers.join(transfer.clone(), || {
        let (context, need) = (context.clone(), need.clone());
        match transfer.way {
            Way::Copy => async move { copy::copy(&context, &need).await }.boxed(),
            Way::Pull { .. } => async move { pull::pull(&context, &need).await }.boxed(),
        }
    });
    work.await
}
