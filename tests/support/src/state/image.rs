//! Images: names, and a size; their content is a made-up archive of the shape `docker save` writes.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    store::State,
    tar::{TarFile, read_tar, write_tar},
};
use crate::error::{Outcome, Refusal};

/// An image.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub(crate) id: Arc<str>,
    pub(crate) tags: Vec<String>,
    pub(crate) created: Timestamp,
    pub(crate) size: u64,
    pub(crate) parent: String,
    pub(crate) comment: String,
    pub(crate) author: String,
    pub(crate) config: Map<String, Value>,
}

/// `busybox` and `docker.io/library/busybox` are both `busybox:latest`.
pub(crate) fn normalise(name: &str) -> String {
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    let name = name.strip_prefix("library/").unwrap_or(name);
    let tagged = name
        .rsplit('/')
        .next()
        .is_some_and(|last| last.contains(':'))
        || name.contains('@');
    if tagged {
        name.to_owned()
    } else {
        format!("{name}:latest")
    }
}

impl Image {
    pub(crate) fn labels(&self) -> Value {
        self.config.get("Labels").cloned().unwrap_or(Value::Null)
    }

    pub(crate) fn command(&self) -> Vec<String> {
        super::container::words(self.config.get("Cmd"))
    }
}

impl State {
    /// An image by name, id or unique start of an id.
    pub(crate) fn image(&self, name: &str) -> Option<&Image> {
        let wanted = normalise(name);
        let digits = name.strip_prefix("sha256:").unwrap_or(name);
        let hex = digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let tagged = self
            .images
            .iter()
            .find(|image| image.tags.contains(&wanted));
        tagged.or_else(|| {
            self.images
                .iter()
                .find(|image| hex && image.id["sha256:".len()..].starts_with(digits))
        })
    }

    pub(crate) fn image_or_refusal(&self, name: &str) -> Outcome<&Image> {
        self.image(name)
            .ok_or_else(|| Refusal::missing(format!("No such image: {}", normalise(name))))
    }

    /// The id of a pulled image.
    pub(crate) fn image_id(tag: &str) -> String {
        format!("sha256:{}", stretch(tag))
    }

    /// Adds an image under a name; the same name on every engine has the same id, as a pulled image has.
    pub(crate) fn add_image(&mut self, name: &str, now: Timestamp) -> Arc<str> {
        let tag = normalise(name);
        let id: Arc<str> = Self::image_id(&tag).into();
        self.untag_quietly(&tag);
        if let Some(image) = self.images.iter_mut().find(|image| image.id == id) {
            image.tags.push(tag);
            return id;
        }
        let config = json!({ "Cmd": ["sh"] })
            .as_object()
            .cloned()
            .unwrap_or_default();
        self.images.insert(
            0,
            Image {
                id: id.clone(),
                tags: vec![tag],
                created: now,
                size: 1_982_256,
                parent: String::new(),
                comment: "Imported from -".into(),
                author: String::new(),
                config,
            },
        );
        id
    }

    pub(crate) fn tag_image(&mut self, name: &str, tag: &str) -> Outcome<()> {
        let id = self.image_or_refusal(name)?.id.clone();
        let tag = normalise(tag);
        self.untag_quietly(&tag);
        for image in self.images.iter_mut().filter(|image| image.id == id) {
            image.tags.push(tag.clone());
        }
        self.image_event("tag", &id, &tag);
        Ok(())
    }

    /// A name moves: whatever held it before keeps its other names.
    fn untag_quietly(&mut self, tag: &str) {
        for image in &mut self.images {
            image.tags.retain(|held| held != tag);
        }
    }

    pub(crate) fn remove_image(&mut self, name: &str, force: bool) -> Outcome<Value> {
        let image = self.image_or_refusal(name)?.clone();
        let tag = normalise(name);
        let by_tag = image.tags.contains(&tag);
        let last = !by_tag || image.tags.len() == 1;
        if last
            && !force
            && let Some(user) = self
                .containers
                .iter()
                .find(|user| user.image_id == image.id)
        {
            let (short, digest) = (&user.id[..12], &image.id[7..19]);
            let message = format!(
                "conflict: unable to remove repository reference \"{name}\" (must force) - container {short} is using its referenced image {digest}"
            );
            return Err(Refusal::conflict(message));
        }
        let gone: Vec<String> = if by_tag {
            vec![tag]
        } else {
            image.tags.clone()
        };
        let mut report: Vec<Value> = Vec::new();
        for tag in gone {
            self.untag_quietly(&tag);
            self.image_event("untag", &image.id, &image.id);
            report.push(json!({ "Untagged": tag }));
        }
        if last {
            self.images.retain(|other| other.id != image.id);
            self.image_event("delete", &image.id, &image.id);
            report.push(json!({ "Deleted": image.id.as_ref() }));
        }
        Ok(Value::Array(report))
    }

    pub(crate) fn image_event(&mut self, action: &str, id: &str, name: &str) {
        let mut attributes = Map::new();
        if let Some(image) = self.images.iter().find(|image| image.id.as_ref() == id) {
            attributes.extend(image.labels().as_object().cloned().unwrap_or_default());
        }
        attributes.insert("name".into(), name.into());
        self.emit("image", action, id, attributes);
    }

    /// The archive of some images.
    pub(crate) fn save_images(&mut self, names: &[String]) -> Outcome<Bytes> {
        let mut manifest = Vec::new();
        let mut files = Vec::new();
        for name in names {
            let image = self.image_or_refusal(name)?.clone();
            let hex = &image.id["sha256:".len()..];
            let config = json!({ "config": image.config, "architecture": "amd64", "os": "linux" });
            let tags = if name.contains("sha256:") {
                &[][..]
            } else {
                &image.tags[..]
            };
            manifest.push(json!({ "Config": format!("{hex}.json"), "RepoTags": tags, "Layers": [format!("{hex}/layer.tar")] }));
            files.push(TarFile {
                path: format!("{hex}.json"),
                mode: 0o644,
                data: config.to_string().into(),
            });
            let layer = Bytes::from(vec![0; self.layer_bytes]);
            files.push(TarFile {
                path: format!("{hex}/layer.tar"),
                mode: 0o644,
                data: layer,
            });
            self.image_event("save", &image.id, &image.id);
        }
        let manifest = Value::Array(manifest).to_string().into();
        files.push(TarFile {
            path: "manifest.json".into(),
            mode: 0o644,
            data: manifest,
        });
        Ok(write_tar(&files))
    }

    /// Takes an archive in; the names loaded, or what is wrong with it.
    pub(crate) fn load_images(
        &mut self,
        tar: &Bytes,
        now: Timestamp,
    ) -> Result<Vec<String>, String> {
        let files =
            read_tar(tar).ok_or("Error processing tar file(exit status 1): unexpected EOF")?;
        let manifest = files.iter().find(|file| file.path == "manifest.json");
        let manifest = manifest.ok_or(
            "open /var/lib/docker/tmp/docker-import/repositories: no such file or directory",
        )?;
        let manifest: Value =
            serde_json::from_slice(&manifest.data).map_err(|error| error.to_string())?;
        let mut loaded = Vec::new();
        for entry in manifest.as_array().into_iter().flatten() {
            let config = entry
                .get("Config")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let hex = config
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .trim_end_matches(".json");
            let id: Arc<str> = format!("sha256:{hex}").into();
            let tags = super::container::words(entry.get("RepoTags"));
            if !self.images.iter().any(|image| image.id == id) {
                let content = files.iter().find(|file| file.path == config);
                let content =
                    content.and_then(|file| serde_json::from_slice::<Value>(&file.data).ok());
                let config = content
                    .as_ref()
                    .and_then(|content| content["config"].as_object())
                    .cloned();
                let image = Image {
                    id: id.clone(),
                    tags: Vec::new(),
                    created: now,
                    size: files.iter().map(|file| file.data.len() as u64).sum(),
                    parent: String::new(),
                    comment: String::new(),
                    author: String::new(),
                    config: config.unwrap_or_default(),
                };
                self.images.insert(0, image);
            }
            for tag in &tags {
                self.untag_quietly(&normalise(tag));
                for image in self.images.iter_mut().filter(|image| image.id == id) {
                    image.tags.push(normalise(tag));
                }
                loaded.push(format!("Loaded image: {tag}\n"));
            }
            if tags.is_empty() {
                loaded.push(format!("Loaded image ID: {id}\n"));
            }
            self.image_event("load", &id, &id);
        }
        Ok(loaded)
    }
}

/// 64 hexadecimal digits that depend on the text alone.
fn stretch(text: &str) -> String {
    let mut out = String::new();
    for round in 0u64..4 {
        let start = 0xcbf2_9ce4_8422_2325 ^ round.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hash = text.bytes().fold(start, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        out.push_str(&format!("{hash:016x}"));
    }
    out
}
