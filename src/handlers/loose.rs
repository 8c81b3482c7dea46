//! Volumes and networks that move to the first container that names them: made from their own
//! create bodies on the new node, then removed from the old one.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Response, StatusCode};
use serde_json::Value;
use swarm_middleware::api::{ApiRequest, Operation};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use tracing::{debug, info};

use super::{Context, answer, ask, forwarded, outbound};
use crate::cluster::EngineSnapshot;
use crate::engine::RefreshError;
use crate::handlers::ask::Answer;
use crate::placement::{Destination, Kind, LooseObject};

/// Makes a volume or network on the node that the strategy chose, and remembers how.
///
/// # Errors
/// When the engine does not answer.
pub async fn make(
    context: &Context,
    request: ApiRequest,
    to: Destination,
) -> Result<Response<Body>, Error> {
    let kind = match request.call.route.operation {
        Operation::VolumeCreate => Kind::Volume,
        _ => Kind::Network,
    };
    let wish: Value = serde_json::from_slice(request.payload.bytes()).unwrap_or_default();
    let version = request.call.version;
    let engine = Arc::clone(&to.engine);
    let response = forwarded::forward(context, request, to).await?;
    if !response.status().is_success() {
        return Ok(response);
    }
    let (head, body) = response.into_parts();
    let body = ask::whole(&engine, body).await?;
    let made: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Some(object) = object(context, kind, &engine, wish, &made) {
        context.loose.keep(LooseObject { version, ..object });
    }
    let response = Response::from_parts(head, Body::empty());
    Ok(answer::with_body(response, body))
}

/// What was made, if it is on this node alone and can be made elsewhere just so.
fn object(
    context: &Context,
    kind: Kind,
    engine: &EngineSnapshot,
    mut wish: Value,
    made: &Value,
) -> Option<LooseObject> {
    let snapshot = context.snapshot();
    let text = |value: &Value| {
        value
            .as_str()
            .filter(|text| !text.is_empty())
            .map(Arc::from)
    };
    let (id, name): (Arc<str>, Arc<str>) = match kind {
        Kind::Volume => {
            let name: Arc<str> = text(&made["Name"])?;
            wish["Name"] = (*name).into();
            let plain = matches!(wish["Driver"].as_str(), None | Some("" | "local"));
            plain.then(|| (Arc::clone(&name), name))?
        }
        Kind::Network => {
            let id: Arc<str> = text(&made["Id"])?;
            let held = snapshot.network(&id).ok()?;
            let network = held.first().filter(|held| held.object.is_local())?;
            (id, Arc::clone(&network.object.name))
        }
    };
    Some(LooseObject {
        kind,
        name,
        id,
        node: engine.key,
        body: wish.to_string().into(),
        version: None,
        turn: Arc::default(),
        moving: false,
    })
}

/// Joins a container to a network, which comes to the container's node if it may still move.
///
/// # Errors
/// When it could not come, or the engine does not answer.
pub async fn connect(
    context: &Context,
    request: ApiRequest,
    to: Destination,
) -> Result<Response<Body>, Error> {
    let name = context.loose.network_name(&to.name);
    let name = name.unwrap_or_else(|| to.name.as_str().into());
    let loose = context
        .loose
        .find(&context.snapshot(), Kind::Network, &name);
    if to.container.is_none() || loose.is_none() {
        return forwarded::forward(context, request, to).await;
    }
    let (work, engine) = (context.clone(), Arc::clone(&to.engine));
    let network = Arc::clone(&name);
    super::task::to_its_end(async move { bring(&work, Kind::Network, &network, &engine).await })
        .await?;
    let to = Destination {
        name: name.to_string(),
        ..to
    };
    let response = forwarded::forward(context, request, to).await?;
    if response.status().is_success() {
        context.loose.fix(Kind::Network, &name);
    }
    Ok(response)
}

/// Moves an object to a node, unless it is there. A refused removal undoes what was made.
///
/// # Errors
/// When it cannot be made there, or not be removed where it was.
pub async fn bring(
    context: &Context,
    kind: Kind,
    name: &str,
    to: &Arc<EngineSnapshot>,
) -> Result<(), Error> {
    let Some(object) = context.loose.get(kind, name) else {
        return Ok(());
    };
    let _mine = object.turn.lock().await;
    // Another create may have moved it, or a container named it, while this one waited.
    let Some(object) = context.loose.get(kind, name) else {
        return Ok(());
    };
    if object.node == to.key {
        return Ok(());
    }
    let snapshot = context.snapshot();
    let Some(from) = snapshot.engine(object.node) else {
        return Ok(());
    };
    context.loose.set_moving(kind, name, true);
    let moved = replay(context, &object, from, to).await;
    // Undone or not: what both nodes hold now is what the next decision is to see.
    let (arrived, gone) = tokio::join!(read(context, kind, to), read(context, kind, from));
    if let Err(error) = arrived.and(gone) {
        debug!(%error, name, "Moved, but not read again yet");
    }
    match moved {
        Ok(id) => {
            info!(?kind, name, from = %from.name, to = %to.name, "Moved to the container that names it");
            context.loose.moved(kind, name, to.key, &id);
            Ok(())
        }
        Err(error) => {
            context.loose.set_moving(kind, name, false);
            Err(error)
        }
    }
}

/// Makes it on the new node, then removes it from the old one; the id it has now.
async fn replay(
    context: &Context,
    object: &LooseObject,
    from: &EngineSnapshot,
    to: &EngineSnapshot,
) -> Result<Arc<str>, Error> {
    let made = match create(context, object, to).await {
        Ok(made) => made,
        Err(error) => {
            // It may have been made all the same; there was none of that name before.
            undo(context, object, to, &object.name).await;
            return Err(error);
        }
    };
    if !made.status.is_success() {
        return Err(Error::Handler(made.refusal()));
    }
    let json = made.json().unwrap_or_default();
    let id: Arc<str> = match object.kind {
        Kind::Volume => Arc::clone(&object.name),
        Kind::Network => json["Id"].as_str().unwrap_or_default().into(),
    };
    let refused = match remove(context, object, from, &object.id).await {
        Ok(removed) if removed.status.is_success() => return Ok(id),
        Ok(removed) if removed.status == StatusCode::NOT_FOUND => return Ok(id),
        Ok(removed) => Error::Handler(removed.refusal()),
        Err(error) => error,
    };
    undo(context, object, to, &id).await;
    Err(refused)
}

async fn undo(context: &Context, object: &LooseObject, to: &EngineSnapshot, id: &str) {
    match remove(context, object, to, id).await {
        Ok(undone) if undone.status.is_success() => {}
        Ok(undone) => debug!(node = %to.name, status = %undone.status, "Not undone"),
        Err(error) => debug!(node = %to.name, %error, "Not undone"),
    }
}

async fn create(
    context: &Context,
    object: &LooseObject,
    to: &EngineSnapshot,
) -> Result<Answer, Error> {
    let path = match object.kind {
        Kind::Volume => "volumes",
        Kind::Network => "networks",
    };
    let version = outbound::version(object.version, to, &context.snapshot());
    let path = format!("/v{version}/{path}/create");
    let mut request = ask::request(Method::POST, &path)?;
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(CONTENT_TYPE, json);
    *request.body_mut() = object.body.clone().into();
    Ok(ask::one(to, request).await?)
}

async fn remove(
    context: &Context,
    object: &LooseObject,
    node: &EngineSnapshot,
    id: &str,
) -> Result<Answer, Error> {
    let path = match object.kind {
        Kind::Volume => "volumes",
        Kind::Network => "networks",
    };
    let version = outbound::version(object.version, node, &context.snapshot());
    let request = ask::request(Method::DELETE, &format!("/v{version}/{path}/{id}"))?;
    Ok(ask::one(node, request).await?)
}

async fn read(context: &Context, kind: Kind, node: &EngineSnapshot) -> Result<(), RefreshError> {
    match kind {
        Kind::Volume => context.engines.refresh_volumes(node.key).await,
        Kind::Network => context.engines.refresh_networks(node.key).await,
    }
}
