//! `POST /containers/create`: the promised container is made on its node.
//!
//! Whether a failed create may go to another node is decided here and not by a retry layer above
//! the placement: it depends on what the engine said, and it goes on without its client.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use serde_json::Value;
use swarm_middleware::api::{ApiCall, ApiRequest};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use swarm_middleware::forward::ForwardError;
use tracing::{debug, info, warn};

use super::chances::{Chances, lacks_image};
use super::unstarted::START_COMPLETES;
use crate::cluster::{EngineSnapshot, Snapshot};
use crate::engine::RefreshError;
use crate::handlers::ask::Answer;
use crate::handlers::{Context, answer, ask, loose, outbound, task};
use crate::placement::{Creation, Lease};
use crate::transfer::{Need, bring};

/// How often a node whose create has an unknown outcome is asked for a complete list.
const LISTED_AGAIN: Duration = Duration::from_secs(1);

/// Makes the container, and answers once lists show it. A client that vanishes undoes nothing.
///
/// # Errors
/// When the engine does not answer.
pub async fn create(
    context: &Context,
    request: ApiRequest,
    mut creation: Creation,
) -> Result<Response<Body>, Error> {
    let context = context.clone();
    let wish = Wish {
        call: request.call,
        headers: request.head.headers,
    };
    task::to_its_end(async move {
        match carry_out(&context, &wish, &mut creation).await {
            Ok(answer) => {
                if let Some(id) = created_id(&answer) {
                    let (engine, image) = (&creation.engine, &creation.spec().image);
                    info!(node = %engine.name, container = %id, %image, "Created");
                    show(&context, engine, &id).await;
                    for (kind, name) in &creation.loose {
                        context.loose.fix(*kind, name);
                    }
                    if wish
                        .call
                        .version
                        .is_some_and(|version| version < START_COMPLETES)
                    {
                        let movable = creation.movable();
                        context
                            .unstarted
                            .keep(&context.snapshot(), id, wish, movable);
                    }
                }
                Ok(answer::json_bytes(answer.status, answer.body))
            }
            Err(Error::Forward(error)) => {
                unknown_outcome(&context, &creation.engine, &error, creation.lease);
                Err(error.into())
            }
            Err(error) => Err(error),
        }
    })
    .await
}

/// Tries node after node, as far as the options allow; a create that may have been done is never
/// tried again.
async fn carry_out(
    context: &Context,
    wish: &Wish,
    creation: &mut Creation,
) -> Result<Answer, Error> {
    let mut chances = Chances::new(&context.options, creation.spec());
    loop {
        let outcome = make(context, wish, creation).await;
        let Some(amendment) = chances.after(&outcome) else {
            return outcome;
        };
        let failed = Arc::clone(&creation.engine.name);
        if let Err(refusal) = creation.again(amendment) {
            debug!(node = %failed, %refusal, "Not placed again");
            return outcome;
        }
        info!(from = %failed, to = %creation.engine.name, ?amendment, "Placed again");
    }
}

/// A create as the client sent it, but for its body.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) call: ApiCall,
    pub(super) headers: HeaderMap,
}

impl Wish {
    fn request(
        &self,
        engine: &EngineSnapshot,
        snapshot: &Snapshot,
        body: &Value,
    ) -> Result<Request<Body>, Error> {
        let version = outbound::version(self.call.version, engine, snapshot);
        let path = self.call.path_and_query(version, "", &self.call.query);
        let mut request = ask::request(Method::POST, &path)?;
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().remove(CONTENT_LENGTH);
        let kind = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        *request.body_mut() = body.to_string().into();
        Ok(request)
    }

    fn need(&self, creation: &Creation) -> Need {
        let platform = self.call.query.get("platform");
        Need {
            node: Arc::clone(&creation.engine),
            image: Arc::clone(&creation.spec().image),
            credentials: self.headers.get("x-registry-auth").cloned(),
            platform: platform.map(std::borrow::Cow::into_owned),
        }
    }
}

/// Sends the create; an image that the node lacks is brought, and the create sent again.
pub(super) async fn make(
    context: &Context,
    wish: &Wish,
    creation: &Creation,
) -> Result<Answer, Error> {
    let engine = &creation.engine;
    for (kind, name) in &creation.loose {
        loose::bring(context, *kind, name, engine).await?;
    }
    let request = || wish.request(engine, &creation.snapshot, &creation.body);
    let first = ask::one(engine, request()?).await?;
    let image = &creation.spec().image;
    if !lacks_image(&first, image) {
        return Ok(first);
    }
    read_builders(context).await;
    match bring(context, &creation.snapshot, &wish.need(creation)).await {
        Ok(()) => Ok(ask::one(engine, request()?).await?),
        Err(reason) => {
            debug!(node = %engine.name, %image, %reason, "Image not brought");
            Ok(first)
        }
    }
}

/// What a client has built just now may not be known yet: nothing in its connections says so.
async fn read_builders(context: &Context) {
    let nodes = context.builds.nodes();
    let reads = nodes.into_iter().map(async |node| {
        if let Err(error) = context.engines.refresh_images(node).await {
            debug!(?node, %error, "Built images not read");
        }
    });
    futures_util::future::join_all(reads).await;
}

pub(super) fn created_id(answer: &Answer) -> Option<Arc<str>> {
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
pub(super) async fn show(context: &Context, engine: &EngineSnapshot, id: &Arc<str>) {
    if let Err(error) = context
        .engines
        .refresh_container(engine.key, Arc::clone(id))
        .await
    {
        debug!(node = %engine.name, container = %id, %error, "Created, but not read yet");
    }
}
