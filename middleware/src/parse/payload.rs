//! Reading a JSON body under the limit.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use serde::de::IgnoredAny;

use super::ParseError;
use crate::body::Body;

/// How large a JSON body may be, in bytes.
pub const JSON_LIMIT: usize = 16 << 20;
/// How long a JSON body may take, which is small and is sent at once.
const DEADLINE: Duration = Duration::from_secs(30);

/// Reads a whole body and sees that it is JSON or empty.
pub(super) async fn read(body: Body) -> Result<Bytes, ParseError> {
    let bytes = tokio::time::timeout(DEADLINE, collect(body))
        .await
        .map_err(|_| ParseError::Body(format!("not complete after {} s", DEADLINE.as_secs())))??;
    if !bytes.trim_ascii().is_empty() {
        serde_json::from_slice::<IgnoredAny>(&bytes)
            .map_err(|error| ParseError::Json(error.to_string()))?;
    }
    Ok(bytes)
}

async fn collect(mut body: Body) -> Result<Bytes, ParseError> {
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| ParseError::Body(error.to_string()))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if whole.len() + data.len() > JSON_LIMIT {
            return Err(ParseError::TooLarge { limit: JSON_LIMIT });
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}
