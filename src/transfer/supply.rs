//! Images for a node that was lost on the way of a load.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::shared::Outcome;
use super::{Need, TransferError, bring};
use crate::cluster::NodeKey;
use crate::config::ImageTransfer;
use crate::handlers::Context;

/// How long a node may take to come back and get its images.
const PATIENCE: Duration = Duration::from_secs(900);
/// How long one copy may take.
const COPY: Duration = Duration::from_secs(300);
/// How long to wait before the next attempt, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Copies the images to the node as soon as it can take them, behind the client's back.
pub fn supply(context: &Context, node: NodeKey, images: Vec<Arc<str>>) {
    if context.options.image_transfer == ImageTransfer::Off {
        return;
    }
    let context = context.clone();
    tokio::spawn(async move {
        for image in images {
            let work = until_copied(&context, node, &image);
            match timeout(PATIENCE, work).await {
                Ok(Ok(())) => {}
                Ok(Err(reason)) => warn!(%image, %reason, "Image not brought afterwards"),
                Err(_) => warn!(%image, "Image not brought afterwards: the node took too long"),
            }
        }
    });
}

async fn until_copied(context: &Context, node: NodeKey, image: &Arc<str>) -> Outcome {
    let mut pause = PAUSE.0;
    loop {
        let snapshot = context.snapshot();
        let engine = snapshot.engine(node);
        let engine = engine.ok_or_else(|| TransferError::failed("the node has left"))?;
        if engine.is_healthy() {
            let need = Need {
                node: Arc::clone(engine),
                image: Arc::clone(image),
                credentials: None,
                platform: None,
            };
            match timeout(COPY, bring::copy_only(context, &need)).await {
                Ok(Ok(())) => {
                    info!(node = %engine.name, %image, "Image brought afterwards");
                    return Ok(());
                }
                Ok(Err(reason)) => warn!(node = %engine.name, %image, %reason, "Image not copied"),
                Err(_) => warn!(node = %engine.name, %image, "Copy took too long"),
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}
