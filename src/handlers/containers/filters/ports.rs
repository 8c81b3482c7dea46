//! The `publish` and `expose` filters: `80`, `80/udp`, `8000-8010/tcp`.

/// Ranges of ports with their protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortRanges(Vec<(u16, u16, Box<str>)>);

impl PortRanges {
    /// Adds one value of the filter `key`.
    ///
    /// # Errors
    /// What is wrong with it, in the engine's words.
    pub fn add(&mut self, key: &str, value: &str) -> Result<(), String> {
        if value.contains(':') {
            return Err(format!(
                "filter for '{key}' should not contain ':': {value}"
            ));
        }
        let invalid = || format!("error while looking up for {key} {value}: invalid port range");
        let (ports, protocol) = value.split_once('/').unwrap_or((value, "tcp"));
        if ports.is_empty() || protocol.is_empty() {
            return Err(invalid());
        }
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let first: u16 = first.parse().map_err(|_| invalid())?;
        let last: u16 = last.parse().map_err(|_| invalid())?;
        if last < first {
            return Err(invalid());
        }
        self.0
            .push((first, last, protocol.to_ascii_lowercase().into()));
        Ok(())
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a port is in one of the ranges.
    pub fn contains(&self, port: u16, protocol: &str) -> bool {
        let inside = |(first, last, of): &(u16, u16, Box<str>)| {
            (*first..=*last).contains(&port) && **of == *protocol
        };
        self.0.iter().any(inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_their_ends_and_their_protocol() {
        let mut ranges = PortRanges::default();
        assert!(ranges.is_empty());
        ranges.add("publish", "80").unwrap();
        ranges.add("publish", "8000-8010/UDP").unwrap();
        assert!(ranges.contains(80, "tcp") && !ranges.contains(80, "udp"));
        assert!(ranges.contains(8000, "udp") && ranges.contains(8010, "udp"));
        assert!(!ranges.contains(8011, "udp") && !ranges.contains(8005, "tcp"));
    }

    #[test]
    fn what_is_no_range_says_so() {
        let refused = |value| PortRanges::default().add("expose", value).unwrap_err();
        assert_eq!(
            refused("80:81"),
            "filter for 'expose' should not contain ':': 80:81"
        );
        for value in ["", "x", "2-1", "65536", "80/", "/tcp", "1-", "-1"] {
            assert!(refused(value).contains("invalid port range"), "{value}");
        }
    }
}
