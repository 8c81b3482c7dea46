//! Platforms, `os/arch/variant`, and how engines name architectures.

use std::fmt;

use super::spec::SpecError;

/// What a create asked to run on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Platform {
    /// `linux`, `windows`; any when not given.
    pub os: Option<String>,
    /// As Go names it; any when not given.
    pub architecture: Option<String>,
}

impl Platform {
    /// Parses `os`, `arch`, `os/arch` or `os/arch/variant`.
    ///
    /// # Errors
    /// When there are more parts, or a part is not made of letters, digits and `_ . -`.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        let lower = text.to_ascii_lowercase();
        let parts: Vec<&str> = lower.split('/').collect();
        let sound = |part: &&str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
        };
        if parts.len() > 3 || !parts.iter().all(sound) {
            return Err(SpecError::Platform(text.to_owned()));
        }
        Ok(match parts[..] {
            [one] if is_os(one) => Self {
                os: Some(os(one)),
                architecture: None,
            },
            [one] => Self {
                os: None,
                architecture: Some(architecture(one).to_owned()),
            },
            [first, second, ..] => Self {
                os: Some(os(first)),
                architecture: Some(architecture(second).to_owned()),
            },
            [] => Self::default(),
        })
    }

    /// Whether an engine of this system and architecture runs it natively.
    pub fn fits(&self, node_os: &str, node_architecture: &str) -> bool {
        let have = architecture(node_architecture);
        let runs = |want: &str| want == have || (want == "386" && have == "amd64");
        self.os
            .as_deref()
            .is_none_or(|os| os.eq_ignore_ascii_case(node_os))
            && self.architecture.as_deref().is_none_or(runs)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.os.as_deref(), self.architecture.as_deref()];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join("/"))
    }
}

fn is_os(text: &str) -> bool {
    const SYSTEMS: [&str; 7] = [
        "linux", "windows", "darwin", "macos", "freebsd", "solaris", "illumos",
    ];
    SYSTEMS.contains(&text)
}

fn os(text: &str) -> String {
    if text == "macos" { "darwin" } else { text }.to_owned()
}

/// Go's name for an architecture that `uname` or an image may name otherwise.
pub fn architecture(text: &str) -> &str {
    match text {
        "x86_64" | "x86-64" => "amd64",
        "aarch64" => "arm64",
        "armhf" | "armel" | "armv5l" | "armv6l" | "armv7l" | "armv8l" => "arm",
        "i386" | "i486" | "i586" | "i686" => "386",
        "loongarch64" => "loong64",
        other => other,
    }
}
