//! `POST /images/create`: a pull on every node that matters, told as one stream; or an import of
//! what each node fetches.

use std::sync::Arc;

use http::{HeaderMap, Method, Response};
use swarm_middleware::api::ApiCall;
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use tokio::task::JoinSet;

use super::node::{Backlog, work};
use super::story::{self, Story, Title};
use crate::cluster::EngineSnapshot;
use crate::handlers::{Context, ask, outbound};

/// Pulls on `nodes`; succeeds if one node did. A client that leaves ends the pulls.
///
/// # Errors
/// The first refusal, when every node refused before it had begun.
pub async fn pull(
    context: &Context,
    call: &ApiCall,
    headers: &HeaderMap,
    nodes: Vec<Arc<EngineSnapshot>>,
) -> Result<Response<Body>, Error> {
    let (send, news) = story::channel();
    let mut pulls = JoinSet::new();
    let snapshot = context.snapshot();
    let story = Story::new(title(call), nodes.len());
    for engine in nodes {
        let version = outbound::version(call.version, &engine, &snapshot);
        let path = call.path_and_query(version, "", &call.query);
        let mut outbound = ask::request(Method::POST, &path)?;
        if let Some(auth) = headers.get("x-registry-auth") {
            outbound
                .headers_mut()
                .insert("x-registry-auth", auth.clone());
        }
        let (context, send) = (context.clone(), send.clone());
        let never = std::future::pending();
        pulls.spawn(work(context, engine, outbound, send, Backlog::Wait, never));
    }
    drop(send);
    story.tell(news, pulls).await
}

fn title(call: &ApiCall) -> Title {
    let (doing, done) = match call.query.get("fromSrc") {
        Some(source) => (format!("Importing {source}"), "imported"),
        None => (format!("Pulling {}", image_of(call)), "downloaded"),
    };
    Title {
        doing,
        done,
        quiet: false,
    }
}

fn image_of(call: &ApiCall) -> String {
    let query = &call.query;
    let image = query.get("fromImage").unwrap_or_default();
    match query.get("tag") {
        Some(tag) if !tag.is_empty() && tag.contains(':') => format!("{image}@{tag}"),
        Some(tag) if !tag.is_empty() => format!("{image}:{tag}"),
        _ => image.into_owned(),
    }
}
