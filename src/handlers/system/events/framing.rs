//! How one event is told from the next on the wire.

use bytes::{BufMut, Bytes, BytesMut};
use swarm_middleware::api::ApiVersion;

/// A media type of event streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Framing {
    /// JSON objects, one a line, under the name of a single one: what every client takes.
    #[default]
    Json,
    /// Newline-delimited JSON.
    NdJson,
    /// RFC 7464: each object between a record separator and a newline.
    JsonSequence,
    /// JSON lines.
    JsonLines,
}

impl Framing {
    /// The best of what `accept` names at `version`; JSON where it names nothing that is offered.
    pub fn negotiate(version: ApiVersion, accept: Option<&str>) -> Self {
        let newest = match version {
            version if version >= ApiVersion::v1(53) => 4,
            version if version >= ApiVersion::v1(52) => 3,
            _ => return Self::Json,
        };
        let offers = [
            Self::Json,
            Self::NdJson,
            Self::JsonSequence,
            Self::JsonLines,
        ];
        let mut best = (0.0, 0, Self::Json);
        for offer in &offers[..newest] {
            for range in accept.unwrap_or_default().split(',') {
                let (quality, precision) = offer.judged_by(range);
                if quality > 0.0 && (quality, precision) > (best.0, best.1) {
                    best = (quality, precision, *offer);
                }
            }
        }
        best.2
    }

    /// Quality and precision that one range of an `Accept` header gives this type.
    fn judged_by(self, range: &str) -> (f32, u8) {
        let mut parts = range.split(';').map(str::trim);
        let precision = match parts.next().unwrap_or_default() {
            name if name.eq_ignore_ascii_case(self.content_type()) => 3,
            "application/*" => 2,
            "*/*" => 1,
            _ => return (0.0, 0),
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
        (quality.unwrap_or(1.0), precision)
    }

    /// The `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::NdJson => "application/x-ndjson",
            Self::JsonSequence => "application/json-seq",
            Self::JsonLines => "application/jsonl",
        }
    }

    /// One event, given as a line.
    pub fn frame(self, line: Bytes) -> Bytes {
        match self {
            Self::Json | Self::NdJson | Self::JsonLines => line,
            Self::JsonSequence => {
                let mut record = BytesMut::with_capacity(line.len() + 1);
                record.put_u8(0x1e);
                record.put_slice(&line);
                record.freeze()
            }
        }
    }
}
