//! What several nodes do with one image request, told as one stream.

use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use serde_json::{Value, json};
use swarm_middleware::api::Refusal;
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::cluster::EngineSnapshot;

/// How many lines may wait for a slow client.
const BACKLOG: usize = 64;

/// What a node's work tells the one stream.
#[derive(Debug)]
pub(super) enum News {
    /// The engine took the work on.
    Begun,
    /// Something for the client.
    Line(Value),
    /// It ended: with the engine's closing sentences, or a refusal.
    Ended(Arc<EngineSnapshot>, Result<Vec<Value>, Miss>),
}

/// A node that did not do it.
#[derive(Debug)]
pub(super) struct Miss {
    /// Why.
    pub(super) refusal: Refusal,
    /// Whether it did not refuse, but was lost on the way.
    pub(super) lost: bool,
}

/// Told of the engine's closing sentences and of the nodes that were lost on the way.
pub(super) type Afterwards = Box<dyn FnOnce(&[Value], Vec<Arc<EngineSnapshot>>) + Send>;

/// What the client is told of the work.
pub(super) struct Title {
    /// What is being done, as in `Pulling busybox`.
    pub(super) doing: String,
    /// How it is called when it is done.
    pub(super) done: &'static str,
    /// Whether only failures and the engines' closing sentences are told.
    pub(super) quiet: bool,
}

/// The merged story of all nodes.
pub(super) struct Story {
    title: Title,
    begun: bool,
    left: usize,
    succeeded: usize,
    closing: Vec<Value>,
    refusal: Option<Refusal>,
    lost: Vec<Arc<EngineSnapshot>>,
    lines: Vec<Value>,
    afterwards: Option<Afterwards>,
}

/// A channel for news.
pub(super) fn channel() -> (mpsc::Sender<News>, mpsc::Receiver<News>) {
    mpsc::channel(BACKLOG)
}

impl Story {
    /// Of so many nodes.
    pub(super) fn new(title: Title, nodes: usize) -> Self {
        Self {
            title,
            begun: false,
            left: nodes,
            succeeded: 0,
            closing: Vec::new(),
            refusal: None,
            lost: Vec::new(),
            lines: Vec::new(),
            afterwards: None,
        }
    }

    /// Has this done once a node succeeded and others were lost on the way.
    pub(super) fn afterwards(mut self, afterwards: Afterwards) -> Self {
        self.afterwards = Some(afterwards);
        self
    }

    /// The answer, once a node has begun. `work` ends with its client.
    pub(super) async fn tell(
        mut self,
        mut news: mpsc::Receiver<News>,
        work: JoinSet<()>,
    ) -> Result<Response<Body>, Error> {
        while !self.begun && self.left > 0 {
            match news.recv().await {
                Some(item) => self.take(item),
                None => break,
            }
        }
        if !self.begun
            && let Some(refusal) = self.refusal.take()
        {
            return Err(Error::Handler(refusal));
        }
        Ok(stream(self, news, work))
    }

    fn take(&mut self, news: News) {
        match news {
            News::Begun => self.begun = true,
            News::Line(line) if !self.title.quiet => self.lines.push(line),
            News::Line(_) => {}
            News::Ended(engine, result) => {
                self.left -= 1;
                self.ended(&engine, result);
            }
        }
        if self.left == 0 {
            self.close();
        }
    }

    fn ended(&mut self, engine: &Arc<EngineSnapshot>, result: Result<Vec<Value>, Miss>) {
        let outcome = match result {
            Ok(closing) => {
                self.succeeded += 1;
                self.closing = closing;
                if self.title.quiet {
                    return;
                }
                self.title.done.to_owned()
            }
            Err(miss) => {
                let outcome = miss.refusal.to_string();
                self.refusal.get_or_insert(miss.refusal);
                if miss.lost {
                    self.lost.push(Arc::clone(engine));
                }
                outcome
            }
        };
        let status = format!("{}: {outcome}", self.title.doing);
        let line = json!({ "status": status, "progressDetail": {}, "id": &*engine.name });
        self.lines.push(line);
    }

    fn close(&mut self) {
        if self.succeeded > 0 {
            if let Some(afterwards) = self.afterwards.take()
                && !self.lost.is_empty()
            {
                afterwards(&self.closing, std::mem::take(&mut self.lost));
            }
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

fn stream(story: Story, news: mpsc::Receiver<News>, work: JoinSet<()>) -> Response<Body> {
    let chunks = futures_util::stream::unfold(
        (story, news, work),
        |(mut story, mut news, work)| async move {
            while story.lines.is_empty() {
                story.take(news.recv().await?);
            }
            let chunk = Ok::<_, std::convert::Infallible>(Frame::data(story.drain()));
            Some((chunk, (story, news, work)))
        },
    );
    let mut response = Response::new(Body::new(StreamBody::new(chunks)));
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
