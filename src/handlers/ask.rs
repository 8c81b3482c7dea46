//! Questions of the endpoint's own to engines, answered in whole.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use serde_json::Value;
use swarm_middleware::api::{Refusal, RefusalKind};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use swarm_middleware::forward::{ForwardError, ForwardErrorKind, fan_out};
use tracing::warn;

use super::outbound;
use crate::cluster::{EngineSnapshot, Snapshot};

/// How many engines are asked at once.
pub const CONCURRENCY: usize = 64;
/// How long one engine may take to answer a question that is asked of all.
pub const DEADLINE: Duration = Duration::from_secs(30);
/// How large an answer that is read whole may be, in bytes.
const LIMIT: usize = 64 << 20;

/// An engine's answer, read whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// The sentence of an error answer.
    pub fn message(&self) -> String {
        let parsed: Option<Value> = serde_json::from_slice(&self.body).ok();
        match parsed.as_ref().and_then(|value| value["message"].as_str()) {
            Some(message) => message.to_owned(),
            None => String::from_utf8_lossy(&self.body).trim().to_owned(),
        }
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The engine's own refusal, passed on with its class.
    pub fn refusal(&self) -> Refusal {
        let kind = match self.status.as_u16() {
            400 => RefusalKind::BadInput,
            403 => RefusalKind::Forbidden,
            404 => RefusalKind::NotFound,
            409 => RefusalKind::Conflict,
            501 => RefusalKind::NotImplemented,
            503 => RefusalKind::Unavailable,
            _ => RefusalKind::Failed,
        };
        Refusal::new(kind, self.message())
    }
}

/// Sends a request to one engine and reads the whole answer.
///
/// # Errors
/// When the engine does not answer, or answers without end.
pub async fn one(engine: &EngineSnapshot, request: Request<Body>) -> Result<Answer, ForwardError> {
    let response = engine.upstream.forward(request).await?;
    let status = response.status();
    let body = whole(engine, response.into_body()).await?;
    Ok(Answer { status, body })
}

/// Reads an engine's whole answer.
///
/// # Errors
/// When it breaks off or has no end, or its engine goes down meanwhile.
pub async fn whole(engine: &EngineSnapshot, body: Body) -> Result<Bytes, ForwardError> {
    let error = |kind, source| ForwardError {
        node: Arc::clone(&engine.name),
        kind,
        reused: false,
        started: true,
        source,
    };
    tokio::select! {
        body = Limited::new(body, LIMIT).collect() => match body {
            Ok(body) => Ok(body.to_bytes()),
            Err(source) => Err(error(ForwardErrorKind::Closed, source)),
        },
        () = engine.upstream.lost() => {
            let source = "declared down in the middle of its answer".into();
            Err(error(ForwardErrorKind::Lost, source))
        }
    }
}

/// A request without body.
///
/// # Errors
/// When the path cannot stand in a URI.
pub fn request(method: Method, path_and_query: &str) -> Result<Request<Body>, Error> {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = method;
    *request.uri_mut() = outbound::uri(path_and_query).map_err(Error::Handler)?;
    Ok(request)
}

/// What these engines answer within the deadline, in their order. Those that give no good answer
/// are logged and named behind it.
pub async fn all(
    engines: &[Arc<EngineSnapshot>],
    deadline: Duration,
    make: impl Fn(&EngineSnapshot) -> Result<Request<Body>, Error>,
) -> Vec<(Arc<EngineSnapshot>, Result<Answer, Refusal>)> {
    let asked: Vec<_> = engines
        .iter()
        .map(|engine| (Arc::clone(engine), make(engine)))
        .collect();
    let answers = fan_out(
        asked,
        CONCURRENCY,
        deadline,
        |(engine, request)| async move {
            let answer = one(&engine, request.map_err(|error| error.to_string())?).await;
            answer.map_err(|error| error.to_string())
        },
    );
    let answers = answers
        .await
        .into_iter()
        .zip(engines)
        .map(|(answer, engine)| {
            let answer = match answer {
                Ok(answer) if answer.status.is_success() => Ok(answer),
                Ok(answer) => Err(answer.refusal()),
                Err(error) => Err(Refusal::unavailable(error.to_string())),
            };
            if let Err(refusal) = &answer {
                warn!(node = %engine.name, %refusal, "No good answer");
            }
            (Arc::clone(engine), answer)
        });
    answers.collect()
}

/// The engines that can be asked now.
pub fn healthy(snapshot: &Snapshot) -> Vec<Arc<EngineSnapshot>> {
    snapshot
        .engines()
        .filter(|engine| engine.is_healthy())
        .cloned()
        .collect()
}
