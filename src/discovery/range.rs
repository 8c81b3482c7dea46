//! Ranges in entries: `10.0.0.[10:200]:2375`, `host[01:20]:2375`.

use std::net::Ipv6Addr;

use super::DiscoveryError;

const TOO_MANY: &str = "it makes more engines than one source may list";

/// Expands every range of `entry`, to at most `limit` results.
pub(super) fn expand(entry: &str, limit: usize) -> Result<Vec<String>, DiscoveryError> {
    let wrong = |reason| DiscoveryError::Range {
        entry: entry.to_owned(),
        reason,
    };
    let mut texts = vec![String::new()];
    for (literal, range) in split(entry).map_err(wrong)? {
        texts.iter_mut().for_each(|text| text.push_str(literal));
        let Some(range) = range else { continue };
        if range.count().map_err(wrong)? > limit / texts.len() {
            return Err(wrong(TOO_MANY));
        }
        let numbers: Vec<String> = range.numbers().collect();
        texts = texts
            .iter()
            .flat_map(|text| numbers.iter().map(move |number| format!("{text}{number}")))
            .collect();
    }
    if texts.len() > limit {
        return Err(wrong(TOO_MANY));
    }
    Ok(texts)
}

/// `[first:last]`; numbers are padded to `width` digits.
#[derive(Debug)]
struct Range {
    first: u32,
    last: u32,
    width: usize,
}

impl Range {
    fn parse(inner: &str) -> Result<Self, &'static str> {
        let (first, last) = inner
            .split_once(':')
            .ok_or("write it as [FIRST:LAST], as in 10.0.0.[10:200]:2375")?;
        let padded = first.len() > 1 && first.starts_with('0');
        Ok(Self {
            first: parse_end(first)?,
            last: parse_end(last)?,
            width: if padded { first.len() } else { 0 },
        })
    }

    fn count(&self) -> Result<usize, &'static str> {
        let span = self
            .last
            .checked_sub(self.first)
            .ok_or("it ends before it begins")?;
        usize::try_from(span)
            .ok()
            .and_then(|span| span.checked_add(1))
            .ok_or(TOO_MANY)
    }

    fn numbers(&self) -> impl Iterator<Item = String> {
        let width = self.width;
        (self.first..=self.last).map(move |number| format!("{number:0width$}"))
    }
}

fn parse_end(text: &str) -> Result<u32, &'static str> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err("its ends must be numbers, as in 10.0.0.[10:200]:2375");
    }
    text.parse().map_err(|_| "its ends are too large")
}

/// Literal text, each piece with the range that follows it, if any.
type Pieces<'a> = Vec<(&'a str, Option<Range>)>;

fn split(entry: &str) -> Result<Pieces<'_>, &'static str> {
    if entry.starts_with("unix://") {
        return Ok(vec![(entry, None)]);
    }
    let mut pieces = Vec::new();
    let mut literal_from = 0;
    let mut at = 0;
    while let Some(open) = entry[at..].find('[').map(|found| at + found) {
        let close = entry[open..]
            .find(']')
            .map(|found| open + found)
            .ok_or("a '[' is not closed")?;
        let inner = &entry[open + 1..close];
        at = close + 1;
        // A bracketed IPv6 address is not a range.
        if inner.parse::<Ipv6Addr>().is_err() {
            pieces.push((&entry[literal_from..open], Some(Range::parse(inner)?)));
            literal_from = at;
        }
    }
    pieces.push((&entry[literal_from..], None));
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expands_ranges_and_keeps_padding() {
        for (entry, texts) in [
            ("10.0.0.[9:11]:1", "10.0.0.9:1 10.0.0.10:1 10.0.0.11:1"),
            ("host[01:03]:1", "host01:1 host02:1 host03:1"),
            ("host[098:101]:1", "host098:1 host099:1 host100:1 host101:1"),
            ("host[0:1]:1", "host0:1 host1:1"),
            ("host[7:7]:1", "host7:1"),
            ("a[1:2].r[1:2]:1", "a1.r1:1 a1.r2:1 a2.r1:1 a2.r2:1"),
            ("host:[2375:2376]", "host:2375 host:2376"),
            ("[::1]:2375", "[::1]:2375"),
            ("[fe80::1:2]:[1:2]", "[fe80::1:2]:1 [fe80::1:2]:2"),
            ("unix:///run/[1:2].sock", "unix:///run/[1:2].sock"),
        ] {
            let texts: Vec<&str> = texts.split(' ').collect();
            assert_eq!(expand(entry, 100).unwrap(), texts, "{entry}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_range() {
        for (entry, wrong) in [
            ("a[3:1]:1", "ends before it begins"),
            ("a[1:x]:1", "must be numbers"),
            ("a[:3]:1", "must be numbers"),
            ("a[-1:3]:1", "must be numbers"),
            ("a[1-3]:1", "write it as [FIRST:LAST]"),
            ("a[1:3:1", "not closed"),
            ("a[1:99999999999]:1", "too large"),
            ("a[1:101]:1", "more engines"),
            ("a[1:11][1:11]:1", "more engines"),
            ("a[0:4294967295]:1", "more engines"),
        ] {
            let error = expand(entry, 100).unwrap_err().to_string();
            assert!(error.contains(wrong), "{entry}: {error}");
        }
        assert!(expand("a:1", 0).is_err());
    }
}
