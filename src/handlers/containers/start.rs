//! `POST /containers/X/start`: below API 1.24 its body may say what the container asks of its
//! host, and only then is known where it can be.

use std::sync::Arc;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method, Response};
use serde_json::Value;
use swarm_middleware::api::{ApiCall, ApiRequest, ApiVersion, Payload, Refusal};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use tracing::{debug, info, warn};

use super::create::{created_id, make, show};
use super::unstarted::Kept;
use crate::cluster::EngineSnapshot;
use crate::handlers::{Context, ask, forwarded, outbound, task};
use crate::placement::{Creation, Destination, host_for};

/// From here on engines refuse a start with a body.
const NO_BODY: ApiVersion = ApiVersion::v1(24);

/// Starts the container; one that was never started, and whose node does not do for what the body
/// asks, is first made anew on a node that does.
///
/// # Errors
/// When the body is wrong, no node does, or the engine does not answer.
pub async fn start(
    context: &Context,
    request: ApiRequest,
    to: Destination,
) -> Result<Response<Body>, Error> {
    let host = match host(&request) {
        Ok(Some(host)) => host,
        Ok(None) => return forwarded::forward(context, request, to).await,
        Err(refusal) => return Err(Error::Handler(refusal)),
    };
    let kept = to.container.as_deref();
    let kept = kept.and_then(|id| context.unstarted.take(id));
    let context = context.clone();
    task::to_its_end(async move {
        match kept {
            Some(kept) => place(&context, request, to, &host, kept).await,
            None => begin(&context, request, to, &host).await,
        }
    })
    .await
}

/// What the body asks of the host, where the version allows for one.
fn host(request: &ApiRequest) -> Result<Option<Value>, Refusal> {
    let body = request.payload.bytes();
    let old = request
        .call
        .version
        .is_some_and(|version| version < NO_BODY);
    if !old || body.trim_ascii().is_empty() {
        return Ok(None);
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_input(format!("invalid JSON: {error}")))?;
    Ok(body
        .as_object()
        .is_some_and(|host| !host.is_empty())
        .then_some(body))
}

/// Starts it where it does, and remembers what it was created from when it did not start.
async fn place(
    context: &Context,
    request: ApiRequest,
    to: Destination,
    host: &Value,
    kept: Kept,
) -> Result<Response<Body>, Error> {
    let id = to.container.clone().unwrap_or_default();
    let keep = |id: &Arc<str>, kept: Kept| {
        let snapshot = context.snapshot();
        context
            .unstarted
            .keep(&snapshot, Arc::clone(id), kept.wish, kept.movable);
    };
    let creation = match kept.movable.start(host, to.engine.key, &id) {
        Ok(creation) => creation,
        Err(refusal) => {
            keep(&id, kept);
            return Err(Error::Handler(refusal));
        }
    };
    let (to, kept) = if creation.engine.key == to.engine.key {
        (to, kept)
    } else {
        match relocate(context, &creation, &kept, &to).await {
            Ok(new) => (new, kept.moved(&id)),
            Err(error) => {
                keep(&id, kept);
                return Err(error);
            }
        }
    };
    let id = to.container.clone().unwrap_or_default();
    let answer = begin(context, request, to, host).await;
    if !answer
        .as_ref()
        .is_ok_and(|answer| answer.status().is_success())
    {
        keep(&id, kept);
    }
    answer
}

/// Makes the container on its new node, then removes it from the old one, which undoes the new
/// one if it refuses.
async fn relocate(
    context: &Context,
    creation: &Creation,
    kept: &Kept,
    from: &Destination,
) -> Result<Destination, Error> {
    let old = from.container.clone().unwrap_or_default();
    let snapshot = context.snapshot();
    let name = snapshot
        .container(&old)
        .ok()
        .map(|found| Arc::clone(&found.container.name));
    let mut wish = kept.wish.clone();
    wish.call.query = wish.call.query.with("name", name.as_deref());
    let made = match make(context, &wish, creation).await {
        Ok(made) => made,
        Err(error) => {
            forsake(context, creation, &wish.call).await;
            return Err(error);
        }
    };
    let Some(new) = created_id(&made) else {
        return Err(Error::Handler(made.refusal()));
    };
    let removed = remove(context, &wish.call, &from.engine, &old).await;
    if let Err(error) = removed {
        if let Err(error) = remove(context, &wish.call, &creation.engine, &new).await {
            debug!(node = %creation.engine.name, container = %new, %error, "Not undone");
        }
        return Err(error);
    }
    info!(from = %from.engine.name, to = %creation.engine.name, %old, %new, "Moved before its start");
    show(context, &creation.engine, &new).await;
    show(context, &from.engine, &old).await;
    Ok(Destination {
        engine: Arc::clone(&creation.engine),
        name: new.to_string(),
        container: Some(new),
    })
}

/// A create without an answer may have been done: what carries its swarm id there is removed.
async fn forsake(context: &Context, creation: &Creation, call: &ApiCall) {
    let engine = &creation.engine;
    if let Err(error) = context.engines.refresh_all(engine.key).await {
        warn!(node = %engine.name, %error, "A container may be left behind");
        return;
    }
    let snapshot = context.snapshot();
    let swarm_id = creation.spec().swarm_id.as_deref();
    let found = snapshot.engine(engine.key).and_then(|engine| {
        let mut containers = engine.containers.values();
        containers.find(|one| swarm_id.is_some() && one.workload.swarm_id.as_deref() == swarm_id)
    });
    if let Some(found) = found
        && let Err(error) = remove(context, call, engine, &found.id).await
    {
        warn!(node = %engine.name, container = %found.id, %error, "Left behind");
    }
}

/// Removes a container that was never started, with the volumes that are its alone.
async fn remove(
    context: &Context,
    call: &ApiCall,
    engine: &EngineSnapshot,
    id: &str,
) -> Result<(), Error> {
    let version = outbound::version(call.version, engine, &context.snapshot());
    let path = format!("/v{version}/containers/{id}?v=1");
    let removed = ask::one(engine, ask::request(Method::DELETE, &path)?).await?;
    match removed.status.is_success() {
        true => Ok(()),
        false => Err(Error::Handler(removed.refusal())),
    }
}

/// Sends the start with the names that the engine knows.
async fn begin(
    context: &Context,
    mut request: ApiRequest,
    to: Destination,
    host: &Value,
) -> Result<Response<Body>, Error> {
    let shares = context.options.cpushares;
    let host = host_for(host, &to.engine, &context.snapshot(), shares);
    let headers = &mut request.head.headers;
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request.payload = Payload::Buffered(host.to_string().into());
    forwarded::forward(context, request, to).await
}
