//! Files of a container: `archive` and `export`.

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use super::{call::Call, reply};
use crate::{
    error::{Outcome, Refusal},
    server::{Reply, empty, full, streamed},
    state::{Container, TarFile, read_tar, write_tar},
};

/// Directories there from the start.
const DIRECTORIES: [&str; 10] = [
    "", "bin", "etc", "home", "opt", "root", "run", "usr", "var", "var/run",
];

fn path(call: &Call) -> Outcome<String> {
    match call.text("path") {
        None | Some("") => Err(Refusal::bad("bad parameter: pathcannot be empty")),
        Some(path) => Ok(path.trim_matches('/').trim_end_matches("/.").to_owned()),
    }
}

fn missing(call: &Call) -> Refusal {
    let path = call.text("path").unwrap_or_default();
    Refusal::missing(format!(
        "Could not find the file {path} in container {}",
        call.name
    ))
}

fn is_directory(container: &Container, path: &str) -> bool {
    let inside = format!("{path}/");
    DIRECTORIES.contains(&path)
        || container
            .files
            .iter()
            .any(|file| file.path.starts_with(&inside))
        || container
            .mounts
            .iter()
            .any(|mount| mount.destination.trim_matches('/') == path)
}

/// What `path` names, as archive entries under its last part.
fn entries(container: &Container, path: &str) -> Option<Vec<TarFile>> {
    let last = path.rsplit('/').next().unwrap_or_default();
    if let Some(file) = container.files.iter().find(|file| file.path == path) {
        return Some(vec![TarFile {
            path: last.to_owned(),
            ..file.clone()
        }]);
    }
    if !is_directory(container, path) {
        return None;
    }
    let mut all = vec![TarFile {
        path: format!("{last}/"),
        mode: 0o755,
        data: Bytes::new(),
    }];
    let inside = if path.is_empty() {
        String::new()
    } else {
        format!("{path}/")
    };
    for file in &container.files {
        if let Some(rest) = file
            .path
            .strip_prefix(&inside)
            .filter(|rest| !rest.is_empty())
        {
            all.push(TarFile {
                path: format!("{last}/{rest}"),
                ..file.clone()
            });
        }
    }
    Some(all)
}

/// The `X-Docker-Container-Path-Stat` header.
fn stat_of(entries: &[TarFile]) -> Option<HeaderValue> {
    let first = entries.first()?;
    let directory = first.path.ends_with('/');
    let mode = if directory {
        1 << 31 | first.mode
    } else {
        first.mode
    };
    let stat = json!({
        "name": first.path.trim_end_matches('/'), "size": first.data.len(), "mode": mode,
        "mtime": "1970-01-01T00:00:00Z", "linkTarget": "",
    });
    HeaderValue::from_str(&base64(stat.to_string().as_bytes())).ok()
}

async fn found(call: &Call) -> Outcome<(Vec<TarFile>, Response<crate::server::Body>)> {
    let path = path(call)?;
    let entries = call
        .container(|container| entries(container, &path))?
        .ok_or_else(|| missing(call))?;
    let mut response = Response::new(empty());
    if let Some(stat) = stat_of(&entries) {
        response
            .headers_mut()
            .insert("x-docker-container-path-stat", stat);
    }
    Ok((entries, response))
}

pub(super) async fn stat(call: Call) -> Outcome<Reply> {
    Ok(Reply::Http(found(&call).await?.1))
}

pub(super) async fn get(call: Call) -> Outcome<Reply> {
    let (entries, mut response) = found(&call).await?;
    *response.body_mut() = full(write_tar(&entries));
    response.headers_mut().insert(
        "content-type",
        HeaderValue::from_static("application/x-tar"),
    );
    Ok(Reply::Http(response))
}

pub(super) async fn put(mut call: Call) -> Outcome<Reply> {
    let path = path(&call)?;
    let bytes = call.bytes().await?;
    let no_directory = missing(&call);
    call.engine.write(|state| {
        let index = state.container_index(&call.name)?;
        let container = &mut state.containers[index];
        if !is_directory(container, &path) {
            return Err(no_directory);
        }
        // What is not a plain archive (compressed, say) is taken in whole, so that a relay can be compared.
        let whole = || {
            vec![TarFile {
                path: "archive".into(),
                mode: 0o644,
                data: bytes.clone(),
            }]
        };
        for file in read_tar(&bytes).unwrap_or_else(whole) {
            let full = if path.is_empty() {
                file.path.clone()
            } else {
                format!("{path}/{}", file.path)
            };
            container.files.retain(|old| old.path != full);
            container.files.push(TarFile { path: full, ..file });
        }
        state.container_event(index, "extract-to-dir", &[]);
        Ok(())
    })?;
    reply::bare(StatusCode::OK)
}

pub(super) async fn export(call: Call) -> Outcome<Reply> {
    let chunk = Bytes::from_static(&[0; 64 * 1024]);
    let total = call.engine.options().export_bytes;
    call.engine.write(|state| {
        let index = state.container_index(&call.name)?;
        state.container_event(index, "export", &[]);
        Ok(())
    })?;
    let chunks = stream::unfold(total, move |left| {
        let some = left.min(chunk.len() as u64);
        let next = (some > 0).then(|| (chunk.slice(..some as usize), left - some));
        async move { next }
    });
    Ok(Reply::Http(reply::response(
        StatusCode::OK,
        "application/octet-stream",
        streamed(chunks),
    )))
}

fn base64(data: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in data.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) & 63;
            out.push(if digit <= chunk.len() {
                char::from(ALPHABET[index as usize])
            } else {
                '='
            });
        }
    }
    out
}
