//! `POST /images/create`: a pull on every node that matters, told as one stream.

use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body::Frame;
use http_body_util::StreamBody;
use serde_json::{Value, json};
use swarm_middleware::api::{ApiCall, Refusal};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::{info, warn};

use super::progress::Progress;
use crate::cluster::EngineSnapshot;
use crate::engine::{EngineError, Lines};
use crate::handlers::ask::Answer;
use crate::handlers::{Context, ask, outbound};

/// How many lines may wait for a slow client; engines wait behind them.
const BACKLOG: usize = 64;

/// What a node's pull tells the one stream.
enum News {
    /// The engine took the pull on.
    Begun,
    /// Something for the client.
    Line(Value),
    /// It ended: with the engine's closing sentences, or a refusal.
    Ended(Arc<str>, Result<Vec<Value>, Refusal>),
}

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
    let (send, mut news) = mpsc::channel(BACKLOG);
    let mut pulls = JoinSet::new();
    let snapshot = context.snapshot();
    let count = nodes.len();
    for engine in nodes {
        let version = outbound::version(call.version, &engine, &snapshot);
        let path = call.path_and_query(version, "", &call.query);
        let mut outbound = ask::request(http::Method::POST, &path)?;
        if let Some(auth) = headers.get("x-registry-auth") {
            outbound
                .headers_mut()
                .insert("x-registry-auth", auth.clone());
        }
        pulls.spawn(one(context.clone(), engine, outbound, send.clone()));
    }
    drop(send);
    let mut story = Story {
        image: image_of(call),
        left: count,
        ..Story::default()
    };
    while !story.begun && story.left > 0 {
        match news.recv().await {
            Some(item) => story.take(item),
            None => break,
        }
    }
    if !story.begun
        && let Some(refusal) = story.refusal.take()
    {
        return Err(Error::Handler(refusal));
    }
    Ok(stream(story, news, pulls))
}

/// The merged story of all nodes.
#[derive(Default)]
struct Story {
    image: String,
    begun: bool,
    left: usize,
    succeeded: usize,
    closing: Vec<Value>,
    refusal: Option<Refusal>,
    lines: Vec<Value>,
}

impl Story {
    fn take(&mut self, news: News) {
        match news {
            News::Begun => self.begun = true,
            News::Line(line) => self.lines.push(line),
            News::Ended(node, result) => {
                self.left -= 1;
                let outcome = match result {
                    Ok(closing) => {
                        self.succeeded += 1;
                        self.closing = closing;
                        "downloaded".to_owned()
                    }
                    Err(refusal) => {
                        let outcome = refusal.to_string();
                        self.refusal.get_or_insert(refusal);
                        outcome
                    }
                };
                let status = format!("Pulling {}: {outcome}", self.image);
                self.lines
                    .push(json!({ "status": status, "progressDetail": {}, "id": &*node }));
            }
        }
        if self.left == 0 {
            self.close();
        }
    }

    fn close(&mut self) {
        if self.succeeded > 0 {
            self.lines.append(&mut self.closing);
        } else if let Some(refusal) = &self.refusal {
            let message = refusal.to_string();
            self.lines
                .push(json!({ "errorDetail": { "message": message }, "error": message }));
        }
    }

    fn drain(&mut self) -> Bytes {
        let lines = self.lines.drain(..).map(|line| format!("{line}\r\n"));
        lines.collect::<String>().into()
    }
}

fn stream(story: Story, news: mpsc::Receiver<News>, pulls: JoinSet<()>) -> Response<Body> {
    let chunks = futures_util::stream::unfold(
        (story, news, pulls),
        |(mut story, mut news, pulls)| async move {
            while story.lines.is_empty() {
                story.take(news.recv().await?);
            }
            let chunk = Ok::<_, std::convert::Infallible>(Frame::data(story.drain()));
            Some((chunk, (story, news, pulls)))
        },
    );
    let mut response = Response::new(Body::new(StreamBody::new(chunks)));
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

async fn one(
    context: Context,
    engine: Arc<EngineSnapshot>,
    request: http::Request<Body>,
    news: mpsc::Sender<News>,
) {
    let result = pull_one(&engine, request, &news).await;
    match &result {
        Ok(_) => info!(node = %engine.name, "Pulled"),
        Err(refusal) => warn!(node = %engine.name, %refusal, "Pull failed"),
    }
    if let Err(error) = context.engines.refresh_images(engine.key).await {
        warn!(node = %engine.name, %error, "Images not read again yet");
    }
    // A client that is gone needs no news.
    let _ = news
        .send(News::Ended(Arc::clone(&engine.name), result))
        .await;
}

async fn pull_one(
    engine: &EngineSnapshot,
    request: http::Request<Body>,
    news: &mpsc::Sender<News>,
) -> Result<Vec<Value>, Refusal> {
    let unavailable = |error: &dyn std::fmt::Display| Refusal::unavailable(error.to_string());
    let response = engine
        .upstream
        .forward(request)
        .await
        .map_err(|error| unavailable(&error))?;
    if response.status() != StatusCode::OK {
        let status = response.status();
        let body = ask::whole(engine, response.into_body()).await;
        let body = body.map_err(|error| unavailable(&error))?;
        return Err(Answer { status, body }.refusal());
    }
    let _ = news.send(News::Begun).await;
    let mut progress = Progress::new(&engine.name);
    let mut lines = Lines::new(response.into_body(), "/images/create");
    loop {
        let line = tokio::select! {
            line = lines.next() => line,
            () = engine.upstream.lost() => {
                let message = format!("node {} was lost in the middle of the pull", engine.name);
                return Err(Refusal::unavailable(message));
            }
        };
        let line = match line {
            Ok(line) => line,
            Err(EngineError::StreamEnded) => break,
            Err(error) => return Err(unavailable(&error)),
        };
        let Ok(line) = serde_json::from_slice::<Value>(&line) else {
            continue;
        };
        if let Some(line) = progress.line(&line) {
            let _ = news.send(News::Line(line)).await;
        }
    }
    match progress.error {
        Some(error) => Err(Refusal::new(
            swarm_middleware::api::RefusalKind::Failed,
            error,
        )),
        None => Ok(progress.closing),
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
