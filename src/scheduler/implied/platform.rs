//! Nodes of the right kind.

use crate::scheduler::filter::{Filter, Soft};
use crate::scheduler::{Node, Spec};

/// Keeps nodes of the operating system and architecture asked for.
#[derive(Debug, Clone, Copy)]
pub struct PlatformFilter;

impl Filter for PlatformFilter {
    fn name(&self) -> &'static str {
        "platform"
    }

    fn accepts(&self, spec: &Spec, node: &Node, _: Soft) -> bool {
        let fits = |platform: &crate::scheduler::platform::Platform| {
            platform.fits(&node.os, &node.architecture)
        };
        spec.platform.as_ref().is_none_or(fits)
    }

    fn describe(&self, spec: &Spec) -> Vec<String> {
        let text = |platform: &_| format!("platform {platform}");
        spec.platform.iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::platform::Platform;
    use crate::scheduler::testing::{node, spec};

    fn accepts(platform: &str, architecture: &str) -> bool {
        let mut spec = spec(serde_json::json!({}));
        spec.platform = Some(Platform::parse(platform).unwrap());
        let mut node = node("a");
        node.architecture = architecture.into();
        PlatformFilter.accepts(&spec, &node, Soft::Binding)
    }

    #[test]
    fn names_of_uname_and_go_are_one() {
        for (platform, architecture) in [
            ("linux", "x86_64"),
            ("linux/amd64", "x86_64"),
            ("LINUX/amd64", "amd64"),
            ("amd64", "x86_64"),
            ("linux/arm64/v8", "aarch64"),
            ("linux/arm/v7", "armv7l"),
            ("linux/386", "x86_64"),
        ] {
            assert!(
                accepts(platform, architecture),
                "{platform} on {architecture}"
            );
        }
        for (platform, architecture) in [
            ("windows", "x86_64"),
            ("linux/arm64", "x86_64"),
            ("windows/amd64", "x86_64"),
            ("linux/amd64", "aarch64"),
        ] {
            assert!(
                !accepts(platform, architecture),
                "{platform} on {architecture}"
            );
        }
    }

    #[test]
    fn what_is_no_platform_is_refused() {
        for bad in ["/", "linux/", "a/b/c/d", "linux amd64", "linux//v8"] {
            assert!(Platform::parse(bad).is_err(), "{bad}");
        }
    }
}
