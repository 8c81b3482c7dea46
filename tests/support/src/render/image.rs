//! Images: list entries, inspect, history.

use serde_json::{Value, json};

use super::template::{IMAGE, merge, odd, overlay};
use crate::state::Image;

/// An entry of `GET /images/json`.
pub(crate) fn image_entry(image: &Image, strange: bool) -> Value {
    let mut entry = json!({
        "Containers": -1,
        "Created": image.created.as_second(),
        "Id": image.id.as_ref(),
        "Labels": image.labels(),
        "ParentId": image.parent,
        "RepoDigests": null,
        "RepoTags": if image.tags.is_empty() { json!(["<none>:<none>"]) } else { json!(image.tags) },
        "SharedSize": -1,
        "Size": image.size,
        "VirtualSize": image.size,
    });
    odd(&mut entry, strange);
    entry
}

/// `GET /images/X/json`.
pub(crate) fn image_inspect(image: &Image, strange: bool) -> Value {
    let mut out = IMAGE.clone();
    let config = overlay(&out["Config"], &image.config);
    merge(
        &mut out,
        json!({
            "Id": image.id.as_ref(),
            "RepoTags": image.tags,
            "Parent": image.parent,
            "Comment": image.comment,
            "Author": image.author,
            "Created": image.created.to_string(),
            "Config": config,
            "Size": image.size,
            "VirtualSize": image.size,
        }),
    );
    if !image.parent.is_empty() {
        // Committed: the container's configuration is there too.
        let committed = out["Config"].clone();
        merge(&mut out, json!({ "ContainerConfig": committed }));
    }
    odd(&mut out, strange);
    out
}

/// `GET /images/X/history`.
pub(crate) fn image_history(image: &Image) -> Value {
    json!([{
        "Comment": image.comment,
        "Created": image.created.as_second(),
        "CreatedBy": image.command().join(" "),
        "Id": image.id.as_ref(),
        "Size": image.size,
        "Tags": image.tags,
    }])
}
