//! Answers that are the engines' answers put together.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use http::header::WARNING;
use http::{HeaderValue, Method, Response};
use serde_json::{Value, json};
use swarm_middleware::api::{ApiCall, Refusal, RefusalKind};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use swarm_middleware::parse::ParseError;
use tracing::warn;

use super::{Context, Effect, NodeCard, answer, ask, outbound, task};
use crate::cluster::EngineSnapshot;

/// How long one engine may take for a prune: there may be much to delete.
const PRUNE: Duration = Duration::from_secs(300);

/// `GET /system/df`: lists behind one another, sizes added up.
///
/// # Errors
/// When no engine answers.
pub async fn df(context: &Context, call: &ApiCall) -> Result<Response<Body>, Error> {
    let engines = ask::healthy(&context.snapshot());
    let (merged, _) = ask_all(context, call, Method::GET, &engines, ask::DEADLINE).await?;
    Ok(answer::json(&merged))
}

/// `GET /plugins`: those of every node, each with its `Node`.
///
/// # Errors
/// When no engine answers.
pub async fn plugins(context: &Context, call: &ApiCall) -> Result<Response<Body>, Error> {
    let engines = ask::healthy(&context.snapshot());
    let (good, _) = ask_each(context, call, Method::GET, &engines, ask::DEADLINE).await?;
    let mut all = Vec::new();
    for (engine, plugins) in good {
        let Value::Array(plugins) = plugins else {
            continue;
        };
        for mut plugin in plugins {
            if let Value::Object(plugin) = &mut plugin {
                plugin.insert("Node".to_owned(), json!(NodeCard::of(&engine)));
            }
            all.push(plugin);
        }
    }
    Ok(answer::json(&Value::Array(all)))
}

/// A prune on every node: what was deleted, and how much space that freed. A node that fails is
/// named in a `Warning` header, as the answer itself has no room for it.
///
/// # Errors
/// When the filters cannot be read, or no engine answers.
pub async fn prune(
    context: &Context,
    call: ApiCall,
    engines: Vec<Arc<EngineSnapshot>>,
) -> Result<Response<Body>, Error> {
    // Nothing is pruned anywhere by filters that nobody can read.
    call.query.filters().map_err(ParseError::from)?;
    let context = context.clone();
    task::to_its_end(async move {
        let (mut merged, failed) = ask_all(&context, &call, Method::POST, &engines, PRUNE).await?;
        let effect = Effect::of(call.route.operation);
        join_all(
            engines
                .iter()
                .map(|engine| effect.settle_on(&context, engine)),
        )
        .await;
        if let Some(images) = merged.get_mut("ImagesDeleted") {
            once(images);
        }
        let mut response = answer::json(&merged);
        for (engine, refusal) in &failed {
            let text = format!("199 - {:?}", format!("{}: {refusal}", engine.name));
            // A sentence that cannot stand in a header is in the log.
            if let Ok(text) = HeaderValue::try_from(text) {
                response.headers_mut().append(WARNING, text);
            }
        }
        Ok(response)
    })
    .await
}

type Failed = Vec<(Arc<EngineSnapshot>, Refusal)>;
type Good = Vec<(Arc<EngineSnapshot>, Value)>;

/// The good answers put together, and who gave none.
async fn ask_all(
    context: &Context,
    call: &ApiCall,
    method: Method,
    engines: &[Arc<EngineSnapshot>],
    deadline: Duration,
) -> Result<(Value, Failed), Error> {
    let (good, failed) = ask_each(context, call, method, engines, deadline).await?;
    let good = good.into_iter().map(|(_, value)| value);
    Ok((good.fold(Value::Null, merge), failed))
}

/// Every good answer, and who gave none; at least one is good.
async fn ask_each(
    context: &Context,
    call: &ApiCall,
    method: Method,
    engines: &[Arc<EngineSnapshot>],
    deadline: Duration,
) -> Result<(Good, Failed), Error> {
    let snapshot = context.snapshot();
    let answers = ask::all(engines, deadline, |engine| {
        let version = outbound::version(call.version, engine, &snapshot);
        ask::request(
            method.clone(),
            &call.path_and_query(version, "", &call.query),
        )
    })
    .await;
    let (mut good, mut failed) = (Vec::new(), Vec::new());
    for (engine, answer) in answers {
        match answer.map(|answer| answer.json()) {
            Ok(Some(value @ (Value::Object(_) | Value::Array(_)))) => good.push((engine, value)),
            Ok(_) => {
                warn!(node = %engine.name, "Answered something that is not JSON");
                let refusal = Refusal::new(RefusalKind::Failed, "it answered something else");
                failed.push((engine, refusal));
            }
            Err(refusal) => failed.push((engine, refusal)),
        }
    }
    failed.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    if good.is_empty() {
        return Err(Error::Handler(all_refused(&failed)));
    }
    Ok((good, failed))
}

/// What all nodes say alike is said once; else every node has its say.
fn all_refused(failed: &[(Arc<EngineSnapshot>, Refusal)]) -> Refusal {
    let Some((_, first)) = failed.first() else {
        return Refusal::unavailable("no healthy node available in the cluster");
    };
    if failed.iter().all(|(_, refusal)| refusal == first) {
        return first.clone();
    }
    let said = failed
        .iter()
        .map(|(engine, refusal)| format!("{}: {refusal}", engine.name));
    Refusal::new(first.kind, said.collect::<Vec<_>>().join("; "))
}

/// What several nodes deleted alike is listed once.
fn once(list: &mut Value) {
    if let Value::Array(items) = list {
        let mut seen = HashSet::new();
        items.retain(|item| seen.insert(item.to_string()));
    }
}

/// Adds numbers, joins lists, merges objects; of anything else the first stays.
fn merge(merged: Value, other: Value) -> Value {
    match (merged, other) {
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a.saturating_add(b).into(),
            _ => Value::Number(a),
        },
        (Value::Array(mut a), Value::Array(b)) => {
            a.extend(b);
            Value::Array(a)
        }
        (Value::Object(mut a), Value::Object(b)) => {
            for (key, value) in b {
                let before = a.remove(&key).unwrap_or(Value::Null);
                a.insert(key, merge(before, value));
            }
            Value::Object(a)
        }
        (Value::Null, other) => other,
        (merged, _) => merged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_join_and_numbers_add_up() {
        let a = json!({"ContainersDeleted": ["a"], "SpaceReclaimed": 3});
        let b = json!({"ContainersDeleted": null, "SpaceReclaimed": 4});
        let c = json!({"ContainersDeleted": ["c"], "SpaceReclaimed": 0});
        let merged = [a, b, c].into_iter().fold(json!({}), merge);
        assert_eq!(
            merged,
            json!({"ContainersDeleted": ["a", "c"], "SpaceReclaimed": 7})
        );
    }
}
