//! A request as handlers see it.

use http::{HeaderMap, Method};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use serde_json::Value;

use super::filters::Filters;
use crate::{
    engine::{ApiVersion, Engine},
    error::{Outcome, Refusal},
};

/// A request, its path taken apart.
pub(crate) struct Call {
    pub(crate) engine: Engine,
    pub(crate) method: Method,
    pub(crate) version: ApiVersion,
    /// What stood where the route's pattern has a name.
    pub(crate) name: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Incoming,
    /// Its number among the requests remembered, if they are.
    pub(crate) seen: Option<u64>,
}

impl Call {
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    }

    /// A query value as the engine reads booleans: anything but a few words is true.
    pub(crate) fn flag(&self, key: &str) -> bool {
        self.text(key).is_some_and(|value| {
            !matches!(
                value.trim().to_ascii_lowercase().as_str(),
                "" | "0" | "no" | "false" | "none"
            )
        })
    }

    pub(crate) fn number(&self, key: &str) -> Option<i64> {
        self.text(key)?.parse().ok()
    }

    pub(crate) fn filters(&self, known: &[&str]) -> Outcome<Filters> {
        Filters::parse(self.text("filters").unwrap_or_default(), known)
    }

    pub(crate) async fn bytes(&mut self) -> Outcome<Bytes> {
        let collected = (&mut self.body).collect().await;
        collected
            .map(|body| body.to_bytes())
            .map_err(|_| Refusal::bad("unexpected EOF"))
    }

    /// A JSON body that must be there.
    pub(crate) async fn json(&mut self) -> Outcome<Value> {
        let bytes = self.bytes().await?;
        if bytes.is_empty() {
            return Err(Refusal::failed("EOF"));
        }
        let value = serde_json::from_slice(&bytes)
            .map_err(|error| Refusal::failed(format!("invalid JSON: {error}")))?;
        self.remember_body(&value);
        Ok(value)
    }

    /// A JSON body that may be absent.
    pub(crate) async fn optional_json(&mut self) -> Outcome<Option<Value>> {
        let bytes = self.bytes().await?;
        let value: Option<Value> = serde_json::from_slice(&bytes).ok();
        if let Some(value) = &value {
            self.remember_body(value);
        }
        Ok(value)
    }

    fn remember_body(&self, body: &Value) {
        if let Some(number) = self.seen {
            self.engine.remember_body(number, body);
        }
    }

    /// The container the path names.
    pub(crate) fn container<T>(
        &self,
        look: impl FnOnce(&crate::state::Container) -> T,
    ) -> Outcome<T> {
        self.engine.read(|state| {
            state
                .container_index(&self.name)
                .map(|index| look(&state.containers[index]))
        })
    }
}
