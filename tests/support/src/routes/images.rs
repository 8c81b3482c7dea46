//! Images: everything that answers at once.

use http::StatusCode;
use serde_json::{Value, json};

use super::{call::Call, reply};
use crate::{
    error::{Outcome, Refusal},
    render,
    server::{Reply, full},
    state::{Image, normalise},
};

pub(super) async fn inspect(call: Call) -> Outcome<Reply> {
    let strange = call.engine.options().odd;
    let image = call.engine.read(|state| {
        state
            .image(&call.name)
            .map(|image| render::image_inspect(image, strange))
    });
    let missing = || {
        Refusal::missing(format!(
            "no such image: {}: No such image: {}",
            call.name,
            normalise(&call.name)
        ))
    };
    reply::json(&image.ok_or_else(missing)?)
}

pub(super) async fn history(call: Call) -> Outcome<Reply> {
    let history = call.engine.read(|state| {
        state
            .image_or_refusal(&call.name)
            .map(render::image_history)
    })?;
    reply::json(&history)
}

pub(super) async fn tag(call: Call) -> Outcome<Reply> {
    let repository = call.text("repo").unwrap_or_default();
    let tag = call
        .text("tag")
        .filter(|tag| !tag.is_empty())
        .unwrap_or("latest");
    call.engine
        .write(|state| state.tag_image(&call.name, &format!("{repository}:{tag}")))?;
    reply::bare(StatusCode::CREATED)
}

pub(super) async fn remove(call: Call) -> Outcome<Reply> {
    let force = call.flag("force");
    reply::json(
        &call
            .engine
            .write(|state| state.remove_image(&call.name, force))?,
    )
}

pub(super) async fn prune(call: Call) -> Outcome<Reply> {
    let filters = call.filters(&["dangling", "label", "label!", "until"])?;
    let all = filters
        .values("dangling")
        .iter()
        .any(|value| matches!(value.as_str(), "false" | "0"));
    let deleted = call.engine.write(|state| {
        let used = |image: &Image| {
            state
                .containers
                .iter()
                .any(|container| container.image_id == image.id)
        };
        let gone = state
            .images
            .iter()
            .filter(|image| (all || image.tags.is_empty()) && !used(image));
        let gone: Vec<String> = gone.map(|image| image.id.to_string()).collect();
        let mut report: Vec<Value> = Vec::new();
        for id in gone {
            if let Ok(Value::Array(lines)) = state.remove_image(&id, false) {
                report.extend(lines);
            }
        }
        state.emit("image", "prune", "", super::containers::pruned());
        report
    });
    let deleted = if deleted.is_empty() {
        Value::Null
    } else {
        Value::Array(deleted)
    };
    reply::json(&json!({ "ImagesDeleted": deleted, "SpaceReclaimed": 0 }))
}

pub(super) async fn get(call: Call) -> Outcome<Reply> {
    save(&call, std::slice::from_ref(&call.name))
}

pub(super) async fn get_many(call: Call) -> Outcome<Reply> {
    let named = call.query.iter().filter(|(key, _)| key == "names");
    let names: Vec<String> = named.map(|(_, name)| name.clone()).collect();
    save(&call, &names)
}

fn save(call: &Call, names: &[String]) -> Outcome<Reply> {
    let archive = call.engine.write(|state| state.save_images(names))?;
    Ok(Reply::Http(reply::response(
        StatusCode::OK,
        "application/x-tar",
        full(archive),
    )))
}

pub(super) async fn commit(mut call: Call) -> Outcome<Reply> {
    let changes = call.optional_json().await?.unwrap_or(Value::Null);
    let text = |key: &str| call.text(key).unwrap_or_default().to_owned();
    let tag = if text("tag").is_empty() {
        "latest".to_owned()
    } else {
        text("tag")
    };
    let name = (!text("repo").is_empty()).then(|| format!("{}:{tag}", text("repo")));
    let id = call.engine.write(|state| {
        let index = state.container_index(call.text("container").unwrap_or_default())?;
        let id = format!("sha256:{}", state.new_id());
        let container = &state.containers[index];
        let mut config = container.spec.config.clone();
        config.insert("Cmd".into(), json!(container.spec.argv));
        config.extend(changes.as_object().cloned().unwrap_or_default());
        let image = Image {
            id: id.as_str().into(),
            tags: Vec::new(),
            created: state.clock.now(),
            size: 1_982_259,
            parent: container.image_id.to_string(),
            comment: text("comment"),
            author: text("author"),
            config,
        };
        state.images.insert(0, image);
        if let Some(name) = &name {
            state.tag_image(&id, name)?;
        }
        let reference = name.clone().unwrap_or_default();
        let extra = [
            ("comment", text("comment")),
            ("imageID", id.clone()),
            ("imageRef", reference),
        ];
        let extra: Vec<(&str, &str)> = extra
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        state.container_event(index, "commit", &extra);
        Ok(id)
    })?;
    reply::json_with(StatusCode::CREATED, &json!({ "Id": id }))
}
