//! A set of engines and the difference between two.

use std::collections::BTreeSet;
use std::str::FromStr;

use swarm_middleware::address::Address;

use super::{DiscoveryError, range};

/// The most engines one source may list; more is a mistake in a range.
const MAX_ENTRIES: usize = 1 << 16;

/// An ordered set of engines' addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entries(BTreeSet<Address>);

impl Entries {
    /// No engine.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what one entry stands for: an address, or several if it holds ranges.
    ///
    /// # Errors
    ///
    /// When the entry is no address, holds a wrong range, or is in the set already.
    pub fn add(&mut self, entry: &str) -> Result<(), DiscoveryError> {
        for text in range::expand(entry, MAX_ENTRIES - self.0.len())? {
            let address: Address = text.parse()?;
            if let Some(double) = self.0.replace(address) {
                return Err(DiscoveryError::Duplicate(double));
            }
        }
        Ok(())
    }

    /// Which addresses of `old` are gone, and which are new, each in order.
    #[must_use]
    pub fn diff(&self, old: &Entries) -> (Vec<Address>, Vec<Address>) {
        let removed = old.0.difference(&self.0).cloned().collect();
        let added = self.0.difference(&old.0).cloned().collect();
        (removed, added)
    }

    /// The addresses, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Address> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Entries {
    type Err = DiscoveryError;

    /// Reads a list separated by commas.
    fn from_str(list: &str) -> Result<Self, DiscoveryError> {
        let mut entries = Self::new();
        for entry in list.split(',').map(str::trim) {
            if entry.is_empty() {
                return Err(DiscoveryError::EmptyEntry(list.to_owned()));
            }
            entries.add(entry)?;
        }
        Ok(entries)
    }
}

impl FromIterator<Address> for Entries {
    fn from_iter<I: IntoIterator<Item = Address>>(addresses: I) -> Self {
        Self(addresses.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(list: &str) -> Vec<String> {
        let entries: Entries = list.parse().unwrap();
        entries.iter().map(Address::to_string).collect()
    }

    #[test]
    fn a_list_is_a_set_of_addresses() {
        assert_eq!(
            shown("b:2375, a:2375,unix:///run/x.sock,[::1]:2375"),
            ["[::1]:2375", "a:2375", "b:2375", "unix:///run/x.sock"]
        );
        assert_eq!(shown("n[08:10]:1"), ["n08:1", "n09:1", "n10:1"]);
    }

    #[test]
    fn what_is_wrong_with_a_list_is_said() {
        for (list, wrong) in [
            ("", "empty entry in \"\""),
            ("a:1,,b:1", "empty entry in \"a:1,,b:1\""),
            ("a:1,", "empty entry"),
            ("a:1,a:1", "a:1 is listed twice"),
            ("n[1:3]:1,n2:1", "n2:1 is listed twice"),
            ("a:99999", "the port is not a number from 1 to 65535"),
            ("a", "the port is missing"),
            ("n[1:70000]:1", "invalid range"),
            ("10.[0:255].[0:255].[0:255]:1", "invalid range"),
        ] {
            let error = list.parse::<Entries>().unwrap_err().to_string();
            assert!(error.contains(wrong), "{list}: {error}");
        }
    }

    #[test]
    fn the_limit_counts_every_entry_of_a_source() {
        let error = "a[1:40000]:1,b[1:40000]:1".parse::<Entries>().unwrap_err();
        assert!(matches!(error, DiscoveryError::Range { .. }), "{error}");
        assert_eq!("a[1:65536]:1".parse::<Entries>().unwrap().len(), 65536);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[ab0-9:,.\\[\\]é/]{0,24}") {
            if let Err(error) = text.parse::<Entries>() {
                proptest::prop_assert!(!error.to_string().contains('\n'));
            }
        }

        #[test]
        fn applying_a_difference_gives_the_new_set(
            old in proptest::collection::btree_set(1u16..30, 0..20),
            new in proptest::collection::btree_set(1u16..30, 0..20),
        ) {
            let host = || "h".to_owned();
            let set = |ports: &BTreeSet<u16>| -> Entries {
                ports.iter().map(|&port| Address::Tcp { host: host(), port }).collect()
            };
            let (old, new) = (set(&old), set(&new));
            let (removed, added) = new.diff(&old);
            let kept = old.iter().filter(|address| !removed.contains(address)).cloned();
            proptest::prop_assert_eq!(kept.chain(added).collect::<Entries>(), new);
        }
    }

    #[test]
    fn the_difference_names_what_went_and_what_came() {
        let old: Entries = "a:1,b:1,c:1".parse().unwrap();
        let new: Entries = "b:1,d:1,e:1".parse().unwrap();
        let address = |text: &str| text.parse::<Address>().unwrap();
        let went = vec![address("a:1"), address("c:1")];
        let came = vec![address("d:1"), address("e:1")];
        assert_eq!(new.diff(&old), (went, came));
        assert_eq!(new.diff(&new), (vec![], vec![]));
        assert_eq!(new.diff(&Entries::new()).1.len(), 3);
    }
}
