//! One node's part of a pull, a load or an import.

use std::sync::Arc;

use http::{Request, StatusCode};
use serde_json::Value;
use swarm_middleware::api::{Refusal, RefusalKind};
use swarm_middleware::body::Body;
use tokio::sync::mpsc;
use tracing::{info, warn};

use super::progress::Progress;
use super::story::{Miss, News};
use crate::cluster::EngineSnapshot;
use crate::engine::{EngineError, Lines};
use crate::handlers::ask::Answer;
use crate::handlers::{Context, ask};

/// What becomes of progress while the client does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backlog {
    /// The engine waits.
    Wait,
    /// It is left out: the client may be one that reads only once it has written.
    Skip,
}

/// Sends the request, and tells of it until the state shows what it brought.
pub(super) async fn work(
    context: Context,
    engine: Arc<EngineSnapshot>,
    request: Request<Body>,
    news: mpsc::Sender<News>,
    backlog: Backlog,
    cut: impl Future<Output = Refusal>,
) {
    let result = tokio::select! {
        result = ask_one(&engine, request, &news, backlog) => result,
        refusal = cut => Err(Miss { refusal, lost: true }),
    };
    match &result {
        Ok(_) => info!(node = %engine.name, "Image arrived"),
        Err(miss) => warn!(node = %engine.name, refusal = %miss.refusal, "Image did not arrive"),
    }
    // A node that is lost is read by its monitor, when it can be.
    if !matches!(&result, Err(miss) if miss.lost)
        && let Err(error) = context.engines.refresh_images(engine.key).await
    {
        warn!(node = %engine.name, %error, "Images not read again yet");
    }
    // A client that is gone needs no news.
    let _ = news.send(News::Ended(engine, result)).await;
}

async fn ask_one(
    engine: &EngineSnapshot,
    request: Request<Body>,
    news: &mpsc::Sender<News>,
    backlog: Backlog,
) -> Result<Vec<Value>, Miss> {
    let lost = |error: &dyn std::fmt::Display| Miss {
        refusal: Refusal::unavailable(error.to_string()),
        lost: true,
    };
    let response = engine.upstream.forward(request).await;
    let response = response.map_err(|error| lost(&error))?;
    if response.status() != StatusCode::OK {
        let status = response.status();
        let body = ask::whole(engine, response.into_body()).await;
        let body = body.map_err(|error| lost(&error))?;
        let refusal = Answer { status, body }.refusal();
        return Err(Miss {
            refusal,
            lost: false,
        });
    }
    let _ = news.send(News::Begun).await;
    let mut progress = Progress::new(&engine.name);
    let mut lines = Lines::new(response.into_body(), "/images");
    loop {
        let line = tokio::select! {
            line = lines.next() => line,
            () = engine.upstream.lost() => {
                let message = format!("node {} was lost in the middle of it", engine.name);
                return Err(lost(&message));
            }
        };
        let line = match line {
            Ok(line) => line,
            Err(EngineError::StreamEnded) => break,
            Err(error) => return Err(lost(&error)),
        };
        let Ok(line) = serde_json::from_slice::<Value>(&line) else {
            continue;
        };
        if let Some(line) = progress.line(&line) {
            let line = News::Line(line);
            match backlog {
                Backlog::Wait => drop(news.send(line).await),
                Backlog::Skip => drop(news.try_send(line)),
            }
        }
    }
    match progress.error {
        Some(error) => Err(Miss {
            refusal: Refusal::new(RefusalKind::Failed, error),
            lost: false,
        }),
        None => Ok(progress.closing),
    }
}
