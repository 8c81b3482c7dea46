//! Which browser origins may call the API.

/// Which browser origins may call the API.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cors {
    /// None: no header is sent.
    #[default]
    Off,
    /// Any origin.
    Any,
    /// One origin, such as `https://ui.example.com`.
    Origin(String),
}

impl std::str::FromStr for Cors {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "*" | "true" | "1" => Ok(Cors::Any),
            "false" | "0" => Ok(Cors::Off),
            _ => parse_origin(text),
        }
    }
}

fn parse_origin(text: &str) -> Result<Cors, String> {
    let host = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    match host {
        Some(host)
            if !host.is_empty()
                && !host.contains(['/', '?', '#', '@'])
                && text.chars().all(|c| c.is_ascii_graphic()) =>
        {
            Ok(Cors::Origin(text.to_owned()))
        }
        _ => Err("expected an origin such as https://ui.example.com, without a path".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_bare_form_go_booleans_and_one_origin() {
        assert_eq!("*".parse(), Ok(Cors::Any));
        assert_eq!("true".parse(), Ok(Cors::Any));
        assert_eq!("false".parse(), Ok(Cors::Off));
        assert_eq!(
            "https://ui.example.com:8443".parse(),
            Ok(Cors::Origin("https://ui.example.com:8443".into()))
        );
    }

    #[test]
    fn refuses_what_no_browser_sends_as_an_origin() {
        for text in [
            "ui.example.com",
            "https://",
            "https://a/b",
            "https://a b",
            "ftp://a",
            "",
        ] {
            assert!(text.parse::<Cors>().is_err(), "{text}");
        }
    }
}
