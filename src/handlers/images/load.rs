//! `POST /images/load`, and imports of a stream: the body goes to all nodes at once.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{Method, Response};
use serde_json::Value;
use swarm_middleware::api::{ApiCall, ApiRequest, Operation, Refusal};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use tokio::task::JoinSet;

use super::node::{Backlog, work};
use super::story::{self, Story, Title};
use super::tee;
use crate::cluster::EngineSnapshot;
use crate::handlers::{Context, ask, outbound};
use crate::transfer;

/// Loads on `nodes`; succeeds if one node did. A node that is lost on the way gets the images
/// afterwards. A client that leaves ends it all.
///
/// # Errors
/// The first refusal, when every node refused before it had begun.
pub async fn load(
    context: &Context,
    request: ApiRequest,
    nodes: Vec<Arc<EngineSnapshot>>,
) -> Result<Response<Body>, Error> {
    let (call, headers) = (request.call, request.head.headers);
    let (send, news) = story::channel();
    let (mut loads, mut pipes) = (JoinSet::new(), Vec::new());
    let snapshot = context.snapshot();
    let count = nodes.len();
    for engine in nodes {
        let version = outbound::version(call.version, &engine, &snapshot);
        let path = call.path_and_query(version, "", &call.query);
        let mut outbound = ask::request(Method::POST, &path)?;
        if let Some(kind) = headers.get(CONTENT_TYPE) {
            outbound.headers_mut().insert(CONTENT_TYPE, kind.clone());
        }
        let (pipe, outlet) = tee::pipe();
        pipes.push(pipe);
        *outbound.body_mut() = outlet.body;
        let cut = async {
            match outlet.cut.await {
                Ok(()) => left_behind(),
                // The stream went on to its end.
                Err(_) => std::future::pending().await,
            }
        };
        let (context, send) = (context.clone(), send.clone());
        loads.spawn(work(context, engine, outbound, send, Backlog::Skip, cut));
    }
    drop(send);
    loads.spawn(tee::pump(request.payload.into(), pipes));
    let context = context.clone();
    let story = Story::new(title(&call), count);
    let story = story.afterwards(Box::new(move |closing, lost| {
        let images: Vec<Arc<str>> = images(&call, closing).collect();
        for engine in lost {
            transfer::supply(&context, engine.key, images.clone());
        }
    }));
    story.tell(news, loads).await
}

fn left_behind() -> Refusal {
    let seconds = tee::STALL.as_secs();
    Refusal::unavailable(format!(
        "no progress for {seconds} s; it gets the image from another node afterwards"
    ))
}

fn title(call: &ApiCall) -> Title {
    let (doing, done) = match call.route.operation {
        Operation::ImageLoad => ("Loading", "loaded"),
        _ => ("Importing", "imported"),
    };
    Title {
        doing: doing.to_owned(),
        done,
        quiet: call.query.flag("quiet"),
    }
}

/// What the engines say has come.
fn images<'a>(call: &'a ApiCall, closing: &'a [Value]) -> impl Iterator<Item = Arc<str>> + 'a {
    closing.iter().filter_map(|line| {
        if call.route.operation == Operation::ImageLoad {
            let said = line["stream"].as_str()?.trim();
            let image = said.strip_prefix("Loaded image: ");
            let image = image.or_else(|| said.strip_prefix("Loaded image ID: "));
            return image.map(Into::into);
        }
        let id = line["status"].as_str()?;
        let repository = call.query.get("repo").unwrap_or_default();
        Some(match call.query.get("tag") {
            _ if repository.is_empty() => id.into(),
            Some(tag) if !tag.is_empty() => format!("{repository}:{tag}").into(),
            _ => repository.into(),
        })
    })
}
