//! Tag and remove: done wherever the image is.

use std::sync::Arc;

use http::{Response, StatusCode};
use serde_json::Value;
use swarm_middleware::api::{ApiRequest, Operation, RefusalKind};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;

use crate::cluster::EngineSnapshot;
use crate::engine::Refresh;
use crate::handlers::ask::Answer;
use crate::handlers::{Context, answer, ask, outbound, task};

/// Carries the request out on every holder; it succeeds if it did on one.
///
/// # Errors
/// A conflict before any other refusal, when it succeeded nowhere.
pub async fn spread(
    context: &Context,
    request: ApiRequest,
    holders: Vec<Arc<EngineSnapshot>>,
) -> Result<Response<Body>, Error> {
    let context = context.clone();
    task::to_its_end(async move {
        let snapshot = context.snapshot();
        let answers = ask::all(&holders, |engine| {
            let call = &request.call;
            let version = outbound::version(call.version, engine, &snapshot);
            let path = call.path_and_query(version, &call.name, &call.query);
            ask::request(request.head.method.clone(), &path)
        })
        .await;
        for engine in &holders {
            context.engines.refresh(engine.key, Refresh::Images).await;
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
            _ => Ok(merged(request.call.route.operation, &done)),
        }
    })
    .await
}

fn merged(operation: Operation, done: &[Answer]) -> Response<Body> {
    if operation != Operation::ImageRemove {
        let status = done.first().map_or(StatusCode::CREATED, |answer| answer.status);
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
