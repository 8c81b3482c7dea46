//! Answers that are the engines' answers put together.

use futures_util::future::join_all;
use http::{Method, Response};
use serde_json::{Map, Value};
use swarm_middleware::api::{ApiCall, Refusal, RefusalKind};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use swarm_middleware::parse::ParseError;
use tracing::warn;

use super::{Context, answer, ask, outbound, task};

/// `GET /system/df`: lists behind one another, sizes added up.
///
/// # Errors
/// When no engine answers.
pub async fn df(context: &Context, call: &ApiCall) -> Result<Response<Body>, Error> {
    Ok(answer::json(&of_all(context, call, Method::GET).await?))
}

/// A prune on every node: what was deleted, and how much space that freed.
///
/// # Errors
/// When the filters cannot be read, or no engine answers.
pub async fn prune(context: &Context, call: ApiCall) -> Result<Response<Body>, Error> {
    // Nothing is pruned anywhere by filters that nobody can read.
    call.query.filters().map_err(ParseError::from)?;
    let context = context.clone();
    task::to_its_end(async move {
        let merged = of_all(&context, &call, Method::POST).await?;
        let engines = ask::healthy(&context.snapshot());
        let reads = engines
            .iter()
            .map(|engine| context.engines.refresh_all(engine.key));
        for (engine, read) in engines.iter().zip(join_all(reads).await) {
            if let Err(error) = read {
                warn!(node = %engine.name, %error, "Pruned, but not read again yet");
            }
        }
        Ok(answer::json(&merged))
    })
    .await
}

async fn of_all(context: &Context, call: &ApiCall, method: Method) -> Result<Value, Error> {
    let snapshot = context.snapshot();
    let engines = ask::healthy(&snapshot);
    let answers = ask::all(&engines, |engine| {
        let version = outbound::version(call.version, engine, &snapshot);
        ask::request(
            method.clone(),
            &call.path_and_query(version, "", &call.query),
        )
    })
    .await;
    let mut good = Vec::new();
    let mut refused = None;
    for (engine, answer) in answers {
        match answer.map(|answer| answer.json()) {
            Ok(Some(Value::Object(object))) => good.push(object),
            Ok(_) => warn!(node = %engine.name, "Answered something that is not a JSON object"),
            Err(refusal) => refused = Some(refusal),
        }
    }
    if good.is_empty() {
        let none = || {
            Refusal::new(
                RefusalKind::Unavailable,
                "no healthy node available in the cluster",
            )
        };
        return Err(Error::Handler(refused.unwrap_or_else(none)));
    }
    Ok(good
        .into_iter()
        .fold(Value::Object(Map::new()), |merged, object| {
            merge(merged, Value::Object(object))
        }))
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
    use serde_json::json;

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
