//! The two builders: one reads its context and names the image, the other is an echo behind h2c.

use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::{call::Call, reply};
use crate::{
    error::Outcome,
    server::{Reply, Take, streamed},
};

/// Answers before the context has come, and names the image once it has; a build from `Fail` fails.
pub(super) async fn build(call: Call) -> Outcome<Reply> {
    let line = |value: &Value| Bytes::from(value.to_string() + "\r\n");
    let first = line(&json!({ "stream": "Step 1/1 : FROM busybox\n" }));
    let rest = stream::once(async move {
        let mut call = call;
        let mut read = 0;
        while let Some(frame) = call.body.frame().await {
            let Ok(frame) = frame else {
                return Bytes::new();
            };
            read += frame.into_data().map_or(0, |data| data.len());
        }
        if call.text("dockerfile") == Some("Fail") {
            let message = "The command '/bin/sh -c false' returned a non-zero code: 1";
            return line(
                &json!({ "errorDetail": { "code": 1, "message": message }, "error": message }),
            );
        }
        let tags = call.query.iter().filter(|(key, _)| key == "t");
        let tags: Vec<String> = tags.map(|(_, tag)| tag.clone()).collect();
        call.engine.write(|state| {
            let now = state.clock.now();
            for tag in &tags {
                let id = state.add_image(tag, now);
                state.image_event("tag", &id, tag);
            }
        });
        line(&json!({ "stream": format!("Successfully read {read} bytes\n") }))
    });
    let lines = stream::StreamExt::chain(stream::iter([first]), rest);
    let answer = reply::response(StatusCode::OK, "application/json", streamed(lines));
    Ok(Reply::Http(answer))
}

/// Every id is known.
pub(super) async fn cancel(_: Call) -> Outcome<Reply> {
    reply::bare(StatusCode::OK)
}

/// A connection of BuildKit: what comes in goes out.
pub(super) async fn connect(call: Call) -> Outcome<Reply> {
    let upgrade = call.headers.get(http::header::UPGRADE);
    if upgrade.is_none_or(|protocol| protocol != "h2c") {
        return Err(crate::error::Refusal::bad("no upgrade proto in request"));
    }
    let head = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    Ok(Reply::Take(Take::Echo(head.to_vec())))
}
