//! `POST /volumes/create` and `DELETE /volumes/X` where every node has every volume.

use std::sync::Arc;

use futures_util::future::join_all;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Response, StatusCode};
use serde_json::{Map, Value};
use swarm_middleware::api::{ApiCall, ApiRequest, Refusal, RefusalKind};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use tracing::debug;

use crate::cluster::EngineSnapshot;
use crate::handlers::ask::Answer;
use crate::handlers::{Context, answer, ask, outbound, task};

type Answers = Vec<(Arc<EngineSnapshot>, Result<Answer, Refusal>)>;

/// Creates the volume on every node; succeeds if one node did.
///
/// # Errors
/// The first refusal, when every node refused.
pub async fn create(
    context: &Context,
    request: ApiRequest,
    engines: Vec<Arc<EngineSnapshot>>,
) -> Result<Response<Body>, Error> {
    let body = named(request.payload.bytes()).map_err(Error::Handler)?;
    let answers = on_each(context, request.call, Method::POST, engines, Some(body)).await?;
    let mut refused = None;
    for (_, answer) in answers {
        match answer {
            Ok(answer) => return Ok(answer::json_bytes(answer.status, answer.body)),
            Err(refusal) => refused = refused.or(Some(refusal)),
        }
    }
    let none = || Refusal::unavailable("no healthy node available in the cluster");
    Err(Error::Handler(refused.unwrap_or_else(none)))
}

/// Removes the volume from every node that has it; a node that refuses fails the whole, for there
/// the volume stays.
///
/// # Errors
/// A conflict before any other refusal; it names the nodes that refused.
pub async fn remove(
    context: &Context,
    request: ApiRequest,
    holders: Vec<Arc<EngineSnapshot>>,
) -> Result<Response<Body>, Error> {
    let answers = on_each(context, request.call, Method::DELETE, holders, None).await?;
    let refused = answers.into_iter().filter_map(|(engine, answer)| {
        let refusal = answer.err()?;
        let gone = refusal.kind == RefusalKind::NotFound;
        (!gone).then_some((engine, refusal))
    });
    let refused: Vec<_> = refused.collect();
    let mut kinds: Vec<_> = refused.iter().map(|(_, refusal)| refusal.kind).collect();
    kinds.sort_by_key(|kind| *kind != RefusalKind::Conflict);
    let Some(kind) = kinds.first() else {
        return Ok(answer::empty(StatusCode::NO_CONTENT));
    };
    let said = refused
        .iter()
        .map(|(engine, refusal)| format!("{}: {refusal}", engine.name));
    let message = said.collect::<Vec<_>>().join("; ");
    Err(Error::Handler(Refusal::new(*kind, message)))
}

/// The create body with a name in it: a volume without one would get another on each node.
fn named(bytes: &[u8]) -> Result<Value, Refusal> {
    let invalid =
        |error: &dyn std::fmt::Display| Refusal::bad_input(format!("invalid JSON: {error}"));
    let mut body = match bytes {
        [] => Map::new(),
        bytes => serde_json::from_slice(bytes).map_err(|error| invalid(&error))?,
    };
    if body
        .get("Name")
        .and_then(Value::as_str)
        .is_none_or(str::is_empty)
    {
        let name: String = (0..4)
            .map(|_| format!("{:016x}", fastrand::u64(..)))
            .collect();
        body.insert("Name".to_owned(), name.into());
    }
    Ok(Value::Object(body))
}

/// Asks each node, in a task of its own, and waits until lists show what came of it.
async fn on_each(
    context: &Context,
    call: ApiCall,
    method: Method,
    engines: Vec<Arc<EngineSnapshot>>,
    body: Option<Value>,
) -> Result<Answers, Error> {
    let context = context.clone();
    task::to_its_end(async move {
        let snapshot = context.snapshot();
        let answers = ask::all(&engines, ask::DEADLINE, |engine| {
            let version = outbound::version(call.version, engine, &snapshot);
            let path = call.path_and_query(version, &call.name, &call.query);
            let mut request = ask::request(method.clone(), &path)?;
            if let Some(body) = &body {
                let kind = HeaderValue::from_static("application/json");
                request.headers_mut().insert(CONTENT_TYPE, kind);
                *request.body_mut() = body.to_string().into();
            }
            Ok(request)
        })
        .await;
        let reads = engines
            .iter()
            .map(|engine| context.engines.refresh_volumes(engine.key));
        for (engine, read) in engines.iter().zip(join_all(reads).await) {
            if let Err(error) = read {
                debug!(node = %engine.name, %error, "Volumes not read again yet");
            }
        }
        Ok(answers)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_without_a_name_gets_one_for_all_nodes() {
        for bytes in [&b""[..], b"{}", b"{\"Name\":\"\"}"] {
            let body = named(bytes).unwrap();
            assert_eq!(body["Name"].as_str().unwrap().len(), 64);
        }
        let body = named(br#"{"Name":"data","New":[1]}"#).unwrap();
        assert_eq!(body.to_string(), r#"{"Name":"data","New":[1]}"#);
        assert_eq!(named(b"[]").unwrap_err().kind, RefusalKind::BadInput);
    }
}
