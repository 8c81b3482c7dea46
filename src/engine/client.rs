//! Calls to one engine: raw JSON for what is kept or shown, bollard for the manager's own actions.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bollard::models::SystemVersion;
use bollard::{API_DEFAULT_VERSION, BollardRequest, ClientVersion, Docker};
use bytes::{Bytes, BytesMut};
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use swarm_middleware::api::ApiVersion;
use swarm_middleware::body::Body;
use swarm_middleware::forward::Upstream;

use super::error::EngineError;

/// The newest API version whose lists are understood.
pub(super) const NEWEST: ApiVersion = ApiVersion::v1(55);
/// No honest list is longer.
const MAX_ANSWER: usize = 64 << 20;
/// No honest error is longer.
const MAX_ERROR: usize = 64 << 10;
/// Whole seconds only; every call has a deadline of ours, which is shorter.
const BOLLARD_TIMEOUT: u64 = 600;

/// Calls to one engine, in one API version, each under a deadline.
#[derive(Clone, Debug)]
pub struct EngineClient {
    upstream: Arc<Upstream>,
    version: Option<ApiVersion>,
    deadline: Duration,
}

impl EngineClient {
    /// Calls in the engine's own version, until [`with_version`](Self::with_version).
    pub fn new(upstream: Arc<Upstream>, deadline: Duration) -> Self {
        Self {
            upstream,
            version: None,
            deadline,
        }
    }

    /// The same with `/vX.Y` in front of every path.
    #[must_use]
    pub fn with_version(mut self, version: ApiVersion) -> Self {
        self.version = Some(version);
        self
    }

    /// The same with another deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The whole answer to a GET, as it came.
    ///
    /// # Errors
    /// When there is none in time, it is an error, or longer than any honest one.
    pub async fn get(&self, path: &str) -> Result<Bytes, EngineError> {
        self.timely(path, async {
            let response = self.open(path).await?;
            read(path, response.into_body(), MAX_ANSWER).await
        })
        .await
    }

    /// The head of the answer to a GET, in time; the body flows as long as it likes.
    ///
    /// # Errors
    /// When there is none in time, or it is an error.
    pub async fn stream(&self, path: &str) -> Result<Body, EngineError> {
        let response = self.timely(path, self.open(path)).await?;
        Ok(response.into_body())
    }

    /// Asks whether the engine is there.
    ///
    /// # Errors
    /// When it does not say so in time.
    pub async fn ping(&self) -> Result<(), EngineError> {
        let docker = self.docker()?;
        let ping = async { docker.ping().await.map(drop).map_err(EngineError::from) };
        self.timely("/_ping", ping).await
    }

    /// Which API versions the engine serves, and what it runs on.
    ///
    /// # Errors
    /// When it does not say so in time.
    pub async fn version(&self) -> Result<SystemVersion, EngineError> {
        let docker = self.docker()?;
        let version = async { docker.version().await.map_err(EngineError::from) };
        self.timely("/version", version).await
    }

    /// A typed client over the same connections. Its models drop what they do not know, so
    /// nothing of it may reach a client.
    fn docker(&self) -> Result<Docker, EngineError> {
        let upstream = Arc::clone(&self.upstream);
        let version = self.version;
        let transport = move |request: BollardRequest| {
            let upstream = Arc::clone(&upstream);
            async move { transport(&upstream, version, request).await }
        };
        let client_version = version.map_or(*API_DEFAULT_VERSION, |version| ClientVersion {
            major_version: version.major.into(),
            minor_version: version.minor.into(),
        });
        let address = Some("http://engine");
        Ok(Docker::connect_with_custom_transport(
            transport,
            address,
            BOLLARD_TIMEOUT,
            &client_version,
        )?)
    }

    /// Puts a call under this client's deadline.
    ///
    /// # Errors
    /// The call's own, or that it took too long.
    pub async fn timely<T>(
        &self,
        what: &str,
        call: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        match tokio::time::timeout(self.deadline, call).await {
            Ok(result) => result,
            Err(_) => Err(EngineError::Deadline(what.to_owned(), self.deadline)),
        }
    }

    async fn open(&self, path: &str) -> Result<Response<Body>, EngineError> {
        let uri: Uri = match self.version {
            Some(version) => format!("/v{version}{path}").parse(),
            None => path.parse(),
        }
        .map_err(|error| EngineError::garbage(path, &error))?;
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = uri;
        let response = self.upstream.send(request).await?;
        if response.status() == StatusCode::OK {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let body = read(path, response.into_body(), MAX_ERROR).await?;
        Err(EngineError::Status {
            path: path.to_owned(),
            status,
            message: sentence(&body),
        })
    }
}

/// Reads a body up to a limit.
async fn read(path: &str, mut body: Body, limit: usize) -> Result<Bytes, EngineError> {
    let too_long = || EngineError::TooLong(path.to_owned(), limit);
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| EngineError::Body(path.to_owned(), error))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if whole.len() + data.len() > limit {
            return Err(too_long());
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

/// `{"message": "..."}`, or the plain text of old engines.
fn sentence(body: &[u8]) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let message = json.as_ref().and_then(|json| json["message"].as_str());
    let text = String::from_utf8_lossy(body);
    message.unwrap_or(text.trim()).chars().take(512).collect()
}

/// Passes bollard's request on: the URI in origin form, and the version back in front of its path.
async fn transport(
    upstream: &Upstream,
    version: Option<ApiVersion>,
    request: BollardRequest,
) -> Result<Response<Incoming>, bollard::errors::Error> {
    let (mut head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let bare = path
        .strip_prefix("/v1.")
        .and_then(|rest| rest.find('/').map(|at| &rest[at..]));
    let bare = bare.unwrap_or(path);
    head.uri = match version {
        Some(version) => format!("/v{version}{bare}").parse(),
        None => bare.parse(),
    }
    .map_err(http::Error::from)?;
    let bodiless = matches!(head.method, Method::GET | Method::HEAD | Method::DELETE);
    let body = if bodiless {
        Body::empty()
    } else {
        Body::new(body)
    };
    let sent = upstream.send_plain(Request::from_parts(head, body)).await;
    sent.map_err(|error| std::io::Error::other(error).into())
}
