//! Image names as users write them, and the images a node holds.

use std::sync::Arc;

use rustc_hash::FxHashSet;

/// An image name taken apart: `docker.io/library/busybox`, tag and digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageName {
    /// Registry and path, with the defaults filled in.
    pub repository: String,
    /// The tag, if one was given.
    pub tag: Option<String>,
    /// The digest, if one was given.
    pub digest: Option<String>,
}

impl ImageName {
    /// Takes an image name apart and fills in the default registry.
    pub fn parse(text: &str) -> Self {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (text, None),
        };
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, Some(tag.to_owned())),
            _ => (rest, None),
        };
        Self {
            repository: repository(path),
            tag,
            digest,
        }
    }

    /// The full name; a name with neither tag nor digest means `latest`.
    pub fn canonical(&self) -> String {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => format!("{}@{digest}", self.repository),
            (None, Some(tag)) => format!("{}:{tag}", self.repository),
            (None, None) => format!("{}:latest", self.repository),
        }
    }
}

fn repository(path: &str) -> String {
    let (registry, rest) = match path.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':'])
                || first == "localhost"
                || first.chars().any(char::is_uppercase) =>
        {
            (first, rest)
        }
        _ => ("docker.io", path),
    };
    let registry = if registry == "index.docker.io" {
        "docker.io"
    } else {
        registry
    };
    if registry == "docker.io" && !rest.contains('/') {
        format!("docker.io/library/{rest}")
    } else {
        format!("{registry}/{rest}")
    }
}

/// The short form of a canonical name, as `docker images` prints it.
pub fn familiar(name: &str) -> &str {
    name.strip_prefix("docker.io/library/")
        .or_else(|| name.strip_prefix("docker.io/"))
        .unwrap_or(name)
}

/// The images a node holds: ids, references and repositories.
#[derive(Debug, Clone, Default)]
pub struct Images {
    ids: FxHashSet<Arc<str>>,
    references: FxHashSet<Arc<str>>,
    repositories: FxHashSet<Arc<str>>,
}

impl Images {
    /// Adds an image by its id (`sha256:...`) and the tags and digests it goes by.
    pub fn insert<'a>(&mut self, id: &str, references: impl IntoIterator<Item = &'a str>) {
        self.ids.insert(id.into());
        for reference in references {
            if reference.starts_with("<none>") {
                continue;
            }
            let name = ImageName::parse(reference);
            self.references.insert(name.canonical().into());
            self.repositories.insert(name.repository.into());
        }
    }

    /// Whether an image is here, by id, unique part of an id (12 digits or more), `repo:tag`, digest or bare repository.
    pub fn contains(&self, text: &str) -> bool {
        if self.ids.contains(text) {
            return true;
        }
        let hex = text.strip_prefix("sha256:").unwrap_or(text);
        if hex.len() >= 12 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            let starts = |id: &Arc<str>| id.strip_prefix("sha256:").unwrap_or(id).starts_with(hex);
            if self.ids.iter().any(starts) {
                return true;
            }
        }
        let name = ImageName::parse(text);
        if name.tag.is_none() && name.digest.is_none() {
            return self.repositories.contains(name.repository.as_str());
        }
        self.references.contains(name.canonical().as_str())
    }

    /// Whether exactly the image that a create would run is here: a bare repository means its `latest`.
    pub fn provides(&self, text: &str) -> bool {
        let name = ImageName::parse(text).canonical();
        self.references.contains(name.as_str()) || self.is_id(text)
    }

    fn is_id(&self, text: &str) -> bool {
        let hex = text.strip_prefix("sha256:").unwrap_or(text);
        hex.len() >= 4
            && hex.bytes().all(|b| b.is_ascii_hexdigit())
            && self
                .ids
                .iter()
                .any(|id| id.strip_prefix("sha256:").unwrap_or(id).starts_with(hex))
    }

    /// Every text a pattern may be held against: ids, references and repositories, in full and in short.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let names = self.references.iter().chain(&self.repositories);
        self.ids
            .iter()
            .map(|id| &**id)
            .chain(names.flat_map(|name| [&**name, familiar(name)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_as_the_engine_completes_them() {
        for (text, canonical) in [
            ("busybox", "docker.io/library/busybox:latest"),
            ("library/busybox", "docker.io/library/busybox:latest"),
            ("index.docker.io/busybox:1", "docker.io/library/busybox:1"),
            ("team/app", "docker.io/team/app:latest"),
            ("localhost/app", "localhost/app:latest"),
            ("localhost:5000/app", "localhost:5000/app:latest"),
            ("reg.io/a/b:2", "reg.io/a/b:2"),
            ("busybox@sha256:ab", "docker.io/library/busybox@sha256:ab"),
            ("busybox:1@sha256:ab", "docker.io/library/busybox@sha256:ab"),
        ] {
            let name = ImageName::parse(text).canonical();
            assert_eq!(name, canonical);
            let short = familiar(&name);
            assert_eq!(ImageName::parse(short).canonical(), canonical, "{short}");
        }
    }

    #[test]
    fn a_create_needs_the_very_image() {
        let mut images = Images::default();
        let id = format!("sha256:{}", "0f".repeat(32));
        images.insert(&id, ["busybox:1.36", "<none>:<none>", "busybox@sha256:ab"]);
        for here in [
            "busybox:1.36",
            "docker.io/library/busybox:1.36",
            "busybox@sha256:ab",
            &id,
            "0f0f",
        ] {
            assert!(images.provides(here), "{here}");
        }
        for missing in [
            "busybox",
            "busybox:latest",
            "busybox@sha256:cd",
            "0f0e",
            "<none>",
        ] {
            assert!(!images.provides(missing), "{missing}");
        }
        assert!(images.contains("busybox"), "an affinity takes any tag");
    }
}
