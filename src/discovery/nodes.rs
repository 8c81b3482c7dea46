//! A fixed list of engines.

use futures_util::stream::{self, BoxStream, StreamExt};

use super::{Discovery, DiscoveryError, Entries};

/// The list that stands in the URL itself: `nodes://a:2375,b:2375` or the bare list.
#[derive(Debug)]
pub struct Nodes(Entries);

impl Nodes {
    /// These engines, for as long as the manager runs.
    #[must_use]
    pub fn new(entries: Entries) -> Self {
        Self(entries)
    }
}

impl Discovery for Nodes {
    fn watch(self: Box<Self>) -> BoxStream<'static, Result<Entries, DiscoveryError>> {
        stream::iter([Ok(self.0)]).chain(stream::pending()).boxed()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn the_list_comes_once_and_the_stream_stays_open() {
        let entries: Entries = "a:1,b:1".parse().unwrap();
        let mut stream = Box::new(Nodes::new(entries.clone())).watch();
        let first = stream.next().now_or_never().unwrap().unwrap().unwrap();
        assert_eq!(first, entries);
        assert!(stream.next().now_or_never().is_none());
    }
}
