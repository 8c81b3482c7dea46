//! `GET /networks` and `GET /networks/X`.

use std::sync::Arc;

use http::{Method, Response, StatusCode};
use swarm_middleware::api::{ApiCall, ApiRequest};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use tracing::warn;

use super::{inspect as united, list as listed};
use crate::cluster::{EngineSnapshot, Held, Network};
use crate::handlers::{Context, answer, ask, forwarded, outbound};
use crate::placement::{Destination, owner};

/// The networks of all nodes.
///
/// # Errors
/// When a filter is not valid.
pub fn list(context: &Context, call: &ApiCall) -> Result<Response<Body>, Error> {
    let filters = call
        .query
        .filters()
        .map_err(swarm_middleware::parse::ParseError::from)?;
    let list = listed::render(&context.snapshot(), &filters, context.options.networks);
    let list = list.map_err(Error::Handler)?;
    Ok(answer::json_bytes(StatusCode::OK, list.into()))
}

/// One network; of one that several nodes know, the containers of all.
///
/// # Errors
/// When no engine that has it answers.
pub async fn inspect(
    context: &Context,
    request: ApiRequest,
    to: Destination,
) -> Result<Response<Body>, Error> {
    let snapshot = context.snapshot();
    let held = snapshot.network(&request.call.name).unwrap_or_default();
    let engines: Vec<Arc<EngineSnapshot>> = held
        .iter()
        .map(|held| held.engine)
        .filter(|e| e.is_healthy())
        .cloned()
        .collect();
    if engines.is_empty() {
        return forwarded::forward(context, request, to).await;
    }
    let call = request.call.clone();
    let name = owner::rest_of(&snapshot, &call.name);
    let answers = ask::all(&engines, ask::DEADLINE, |engine| {
        let version = outbound::version(call.version, engine, &snapshot);
        ask::request(
            Method::GET,
            &call.path_and_query(version, name, &call.query),
        )
    })
    .await;
    let (mut bodies, mut from, mut refused) = (Vec::new(), Vec::<Held<'_, Network>>::new(), None);
    for (engine, answer) in answers {
        match answer {
            Ok(answer) => {
                bodies.push(answer.body.to_vec());
                from.extend(held.iter().find(|held| held.engine.key == engine.key));
            }
            Err(refusal) => refused = Some(refusal),
        }
    }
    if let (true, Some(refusal)) = (bodies.is_empty(), refused) {
        return Err(Error::Handler(refusal));
    }
    match united::render(&snapshot, &from, &bodies, context.options.networks) {
        Ok(body) => Ok(answer::json_bytes(StatusCode::OK, body.into())),
        Err(error) => {
            warn!(%error, network = name, "A network that makes no sense");
            forwarded::forward(context, request, to).await
        }
    }
}
