//! Images that come and go: pull, import, load, push.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use serde_json::{Value, json};

use super::{call::Call, reply};
use crate::{
    error::{Outcome, Refusal},
    server::{Reply, streamed},
    state::{State, normalise},
};

/// A pull, or an import when `fromSrc` is given.
pub(super) async fn create(mut call: Call) -> Outcome<Reply> {
    let body = call.bytes().await?;
    let text = |key: &str| call.text(key).unwrap_or_default().to_owned();
    if !text("fromSrc").is_empty() {
        let name = if text("tag").is_empty() {
            text("repo")
        } else {
            format!("{}:{}", text("repo"), text("tag"))
        };
        let id = call.engine.write(|state| {
            let now = state.clock.now();
            let id = state.add_image(&name, now);
            state.image_event("import", &id, &id);
            id
        });
        let _ = body;
        return reply::lines([json!({ "status": id.as_ref() })]);
    }
    let separator = if text("tag").starts_with("sha256:") {
        "@"
    } else {
        ":"
    };
    let name = if text("tag").is_empty() {
        text("fromImage")
    } else {
        format!("{}{separator}{}", text("fromImage"), text("tag"))
    };
    pull(&call, &normalise(&name))
}

fn pull(call: &Call, name: &str) -> Outcome<Reply> {
    let repository = name
        .rsplit_once(':')
        .map_or(name, |(repository, _)| repository);
    let registry = &call.engine.options().registry;
    if !registry.is_empty() && !registry.iter().any(|known| normalise(known) == name) {
        let message = format!(
            "pull access denied for {repository}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"
        );
        return Err(Refusal::missing(message));
    }
    let engine = call.engine.clone();
    let known = engine.read(|state| state.image(name).is_some());
    let pause = Duration::from_millis(if known {
        0
    } else {
        engine.options().pull_millis / 4
    });
    let (name, last) = (name.to_owned(), progress(name, known).len() - 1);
    let lines = stream::unfold(0, move |at| {
        let (engine, name) = (engine.clone(), name.clone());
        async move {
            let line = progress(&name, known).into_iter().nth(at)?;
            if at > 0 && at < last {
                tokio::time::sleep(pause).await;
            }
            if at == last {
                engine.write(|state| arrived(state, &name));
            }
            Some((Bytes::from(line.to_string() + "\r\n"), at + 1))
        }
    });
    let body = streamed(lines);
    Ok(Reply::Http(reply::response(
        StatusCode::OK,
        "application/json",
        body,
    )))
}

fn arrived(state: &mut State, name: &str) {
    let now = state.clock.now();
    state.add_image(name, now);
    let repository = name
        .rsplit_once(':')
        .map_or(name, |(repository, _)| repository);
    state.image_event("pull", name, repository);
}

/// The lines of a pull.
fn progress(name: &str, known: bool) -> Vec<Value> {
    let (repository, tag) = name.rsplit_once(':').unwrap_or((name, "latest"));
    let library = if repository.contains('/') {
        repository.to_owned()
    } else {
        format!("library/{repository}")
    };
    let id = State::image_id(name);
    let layer = &id["sha256:".len()..][..12];
    let mut lines = vec![json!({ "status": format!("Pulling from {library}"), "id": tag })];
    if !known {
        lines.push(json!({ "status": "Pulling fs layer", "progressDetail": {}, "id": layer }));
        for current in [262_144, 786_432] {
            let detail = json!({ "current": current, "total": 786_432 });
            lines.push(json!({ "status": "Downloading", "progressDetail": detail, "progress": "[=====>     ]", "id": layer }));
        }
        lines.push(json!({ "status": "Pull complete", "progressDetail": {}, "id": layer }));
    }
    let end = if known {
        "Image is up to date"
    } else {
        "Downloaded newer image"
    };
    lines.push(json!({ "status": format!("Digest: {id}") }));
    lines.push(json!({ "status": format!("Status: {end} for {repository}:{tag}") }));
    lines
}

pub(super) async fn load(mut call: Call) -> Outcome<Reply> {
    let archive = call.bytes().await?;
    let loaded = call.engine.write(|state| {
        let now = state.clock.now();
        state.load_images(&archive, now)
    });
    match loaded {
        Ok(lines) => reply::lines(lines.into_iter().map(|line| json!({ "stream": line }))),
        Err(message) => reply::lines([failure(&message)]),
    }
}

/// There is no registry to push to; what is not here is said as the engine says it.
pub(super) async fn push(call: Call) -> Outcome<Reply> {
    let host_given = call
        .name
        .split('/')
        .next()
        .is_some_and(|first| first.contains(['.', ':']));
    let repository = match (host_given, call.name.contains('/')) {
        (true, _) => call.name.clone(),
        (false, true) => format!("docker.io/{}", call.name),
        (false, false) => format!("docker.io/library/{}", call.name),
    };
    let referred = json!({ "status": format!("The push refers to repository [{repository}]") });
    if call.engine.read(|state| state.image(&call.name).is_none()) {
        let message = format!(
            "An image does not exist locally with the tag: {}",
            call.name
        );
        return reply::lines([referred, failure(&message)]);
    }
    let host = repository.split('/').next().unwrap_or_default();
    let message = format!("Get \"https://{host}/v2/\": dial tcp: connect: connection refused");
    reply::lines([referred, failure(&message)])
}

fn failure(message: &str) -> Value {
    json!({ "errorDetail": { "message": message }, "error": message })
}
