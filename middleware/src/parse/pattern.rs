//! Patterns of paths: literal text around `{name}` and `{extra}`.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What a path holds at a pattern's captures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Captures<'p> {
    pub(super) name: &'p str,
    pub(super) extra: &'p str,
}

/// Matches a decoded path without version. `{name}` takes as much as the rest of the pattern
/// leaves, slashes too; `{extra}` takes one segment.
pub(super) fn matches<'p>(pattern: &str, path: &'p str) -> Option<Captures<'p>> {
    let Some((prefix, rest)) = pattern.split_once("{name}") else {
        return (pattern == path).then(Captures::default);
    };
    let middle = path.strip_prefix(prefix)?;
    let (name, extra) = match rest.split_once("{extra}") {
        None => (middle.strip_suffix(rest)?, ""),
        Some((between, after)) => {
            let (name, extra) = middle.strip_suffix(after)?.rsplit_once(between)?;
            if extra.is_empty() || extra.contains('/') {
                return None;
            }
            (name, extra)
        }
    };
    let name = name.trim_start_matches('/');
    (!name.is_empty()).then_some(Captures { name, extra })
}

/// What cannot stand in a path as it is; `/` and `:` can, and engines expect them so.
const RESERVED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// Builds the path of a pattern from its captures: never by editing the client's text.
pub(super) fn build(pattern: &str, name: &str, extra: &str) -> String {
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    match pattern.split_once("{name}") {
        None => pattern.to_owned(),
        Some((prefix, rest)) => {
            format!(
                "{prefix}{}{}",
                encode(name),
                rest.replace("{extra}", &encode(extra))
            )
        }
    }
}

/// Why a decoded name cannot be one of Docker's.
pub(super) fn invalid_name(name: &str) -> Option<&'static str> {
    if name.chars().any(char::is_control) {
        Some("it holds a control character")
    } else if name.split('/').any(|segment| matches!(segment, "." | "..")) {
        Some("it holds a '.' or '..' segment")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_greedy_and_may_hold_slashes() {
        let name = |pattern, path| matches(pattern, path).map(|captures| captures.name);
        assert_eq!(
            name("/containers/{name}/json", "/containers/web/json"),
            Some("web")
        );
        assert_eq!(
            name("/containers/{name}/json", "/containers/n1/web/json"),
            Some("n1/web")
        );
        assert_eq!(
            name("/containers/{name}/json", "/containers//web/json"),
            Some("web")
        );
        assert_eq!(
            name("/images/{name}/json", "/images/a/json/b:1/json"),
            Some("a/json/b:1")
        );
        assert_eq!(name("/containers/{name}", "/containers/"), None);
        assert_eq!(name("/containers/{name}/json", "/containers/json"), None);
        assert_eq!(name("/info", "/info"), Some(""));
        let both = matches(
            "/containers/{name}/checkpoints/{extra}",
            "/containers/a/checkpoints/b",
        );
        assert_eq!(
            both,
            Some(Captures {
                name: "a",
                extra: "b"
            })
        );
    }

    #[test]
    fn odd_names_are_told_apart() {
        assert!(invalid_name("a/../b").is_some());
        assert!(invalid_name("a\0").is_some());
        assert!(invalid_name("..a/b..").is_none());
    }

    proptest! {
        #[test]
        fn what_is_built_matches_again(name in "[a-zA-Z0-9 %?#][a-zA-Z0-9 /%?#:@._-]{0,20}") {
            let built = build("/images/{name}/json", &name, "");
            let decoded = percent_encoding::percent_decode_str(&built).decode_utf8().unwrap();
            prop_assert_eq!(matches("/images/{name}/json", &decoded).unwrap().name, name);
        }
    }
}
