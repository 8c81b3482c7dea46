//! `POST /containers/create`: the promised container is made on its node.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use serde_json::Value;
use swarm_middleware::api::ApiRequest;
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use swarm_middleware::forward::ForwardError;
use tracing::{debug, info, warn};

use crate::cluster::EngineSnapshot;
use crate::engine::RefreshError;
use crate::handlers::ask::Answer;
use crate::handlers::{Context, answer, ask, outbound, task};
use crate::placement::{Creation, Lease};
use crate::transfer;

/// How often a node whose create has an unknown outcome is asked for a complete list.
const LISTED_AGAIN: Duration = Duration::from_secs(1);

/// Makes the container, and answers once lists show it. A client that vanishes undoes nothing.
///
/// # Errors
/// When the engine does not answer.
pub async fn create(
    context: &Context,
    request: ApiRequest,
    creation: Creation,
) -> Result<Response<Body>, Error> {
    let version = outbound::version(request.call.version, &creation.engine, &context.snapshot());
    let path = request
        .call
        .path_and_query(version, "", &request.call.query);
    let context = context.clone();
    task::to_its_end(async move {
        let wish = Wish {
            path,
            headers: request.head.headers,
            body: creation.body,
        };
        let engine = creation.engine;
        let image = creation.spec.image;
        match make(&context, &wish, &engine, &image).await {
            Ok(answer) => {
                if let Some(id) = created_id(&answer) {
                    info!(node = %engine.name, container = %id, %image, "Created");
                    show(&context, &engine, &id).await;
                }
                Ok(answer::json_bytes(answer.status, answer.body))
            }
            Err(Error::Forward(error)) => {
                unknown_outcome(&context, &engine, &error, creation.lease);
                Err(error.into())
            }
            Err(error) => Err(error),
        }
    })
    .await
}

/// A create as its engine gets it, which can be sent again.
struct Wish {
    path: String,
    headers: HeaderMap,
    body: Value,
}

impl Wish {
    fn request(&self) -> Result<Request<Body>, Error> {
        let mut request = ask::request(Method::POST, &self.path)?;
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().remove(CONTENT_LENGTH);
        let kind = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        *request.body_mut() = self.body.to_string().into();
        Ok(request)
    }
}

/// Sends the create; where the node lacks the image and another has it, it is copied first.
async fn make(
    context: &Context,
    wish: &Wish,
    engine: &Arc<EngineSnapshot>,
    image: &str,
) -> Result<Answer, Error> {
    let first = ask::one(engine, wish.request()?).await?;
    if first.status != StatusCode::NOT_FOUND || !lacks_image(&first) {
        return Ok(first);
    }
    match transfer::bring(context, engine, image).await {
        Ok(()) => Ok(ask::one(engine, wish.request()?).await?),
        Err(reason) => {
            debug!(node = %engine.name, image, %reason, "Image not brought");
            Ok(first)
        }
    }
}

/// Engines answer 404 for missing images, networks and more; the sentence is the only difference.
fn lacks_image(answer: &Answer) -> bool {
    answer
        .message()
        .to_ascii_lowercase()
        .starts_with("no such image")
}

fn created_id(answer: &Answer) -> Option<Arc<str>> {
    let id = answer.status.is_success().then(|| answer.json())??;
    id["Id"].as_str().map(Into::into)
}

/// The engine may have made it all the same: its promise stands until its next complete list.
fn unknown_outcome(
    context: &Context,
    engine: &Arc<EngineSnapshot>,
    error: &ForwardError,
    lease: Lease,
) {
    if !error.started {
        return;
    }
    warn!(node = %engine.name, %error, "Create with unknown outcome");
    let (engines, key) = (Arc::clone(&context.engines), engine.key);
    tokio::spawn(async move {
        while let Err(error) = engines.refresh_all(key).await {
            if error == RefreshError::Gone {
                break;
            }
            tokio::time::sleep(LISTED_AGAIN).await;
        }
        drop(lease);
    });
}

/// Lists show the container before its promise ends.
async fn show(context: &Context, engine: &EngineSnapshot, id: &Arc<str>) {
    if let Err(error) = context
        .engines
        .refresh_container(engine.key, Arc::clone(id))
        .await
    {
        debug!(node = %engine.name, container = %id, %error, "Created, but not read yet");
    }
}
