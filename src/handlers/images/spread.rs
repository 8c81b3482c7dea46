//! Tag and remove: done wherever the image is.

use std::sync::Arc;

use futures_util::future::join_all;
use http::{Method, Response, StatusCode};
use serde_json::Value;
use swarm_middleware::api::{ApiCall, Operation, RefusalKind};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use tracing::debug;

use crate::cluster::EngineSnapshot;
use crate::handlers::ask::Answer;
use crate::handlers::{Context, answer, ask, outbound, task};

/// Carries the request out on every holder; it succeeds if it did on one.
///
/// # Errors
/// A conflict before any other refusal, when it succeeded nowhere.
pub async fn spread(
    context: &Context,
    call: ApiCall,
    method: Method,
    holders: Vec<Arc<EngineSnapshot>>,
) -> Result<Response<Body>, Error> {
    let context = context.clone();
    task::to_its_end(async move {
        let snapshot = context.snapshot();
        let answers = ask::all(&holders, ask::DEADLINE, |engine| {
            let version = outbound::version(call.version, engine, &snapshot);
            let path = call.path_and_query(version, &call.name, &call.query);
            ask::request(method.clone(), &path)
        })
        .await;
        let reads = holders
            .iter()
            .map(|engine| context.engines.refresh_images(engine.key));
        for (engine, read) in holders.iter().zip(join_all(reads).await) {
            if let Err(error) = read {
                debug!(node = %engine.name, %error, "Images not read again yet");
            }
        }
        let (mut done, mut refusals) = (Vec::new(), Vec::new());
        for (_, answer) in answers {
            match answer {
                Ok(answer) => done.push(answer),
                Err(refusal) => refusals.push(refusal),
            }
        }
        refusals.sort_by_key(|refusal| refusal.kind != RefusalKind::Conflict);
        match (done.is_empty(), refusals.into_iter().next()) {
            (true, Some(refusal)) => Err(Error::Handler(refusal)),
            _ => Ok(merged(call.route.operation, &done)),
        }
    })
    .await
}

fn merged(operation: Operation, done: &[Answer]) -> Response<Body> {
    if operation != Operation::ImageRemove {
        let status = done
            .first()
            .map_or(StatusCode::CREATED, |answer| answer.status);
        return answer::empty(status);
    }
    let mut items: Vec<Value> = Vec::new();
    for item in done.iter().filter_map(Answer::json).flat_map(array) {
        if !items.contains(&item) {
            items.push(item);
        }
    }
    answer::json(&Value::Array(items))
}

fn array(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}
