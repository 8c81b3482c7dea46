//! Lines out of chunks.

use bytes::{Bytes, BytesMut};
use memchr::memrchr;

/// How long a line may be, in bytes; what is longer is dropped.
const LIMIT: usize = 1 << 20;

/// Puts chunks together into lines.
#[derive(Debug, Default)]
pub struct Lines(BytesMut);

impl Lines {
    /// Takes a chunk and answers the lines that are whole now, without their ends.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<Bytes> {
        self.0.extend_from_slice(chunk);
        let Some(end) = memrchr(b'\n', &self.0) else {
            if self.0.len() > LIMIT {
                self.0.clear();
            }
            return Vec::new();
        };
        let whole = self.0.split_to(end + 1).freeze();
        let lines = whole.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        lines.filter(|line| !line.is_empty()).map(|line| whole.slice_ref(line)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_wherever_chunks_end() {
        let mut lines = Lines::default();
        assert!(lines.push(b"{\"a\"").is_empty());
        assert_eq!(lines.push(b":1}\r\n\n{\"b\":2}\n{"), ["{\"a\":1}", "{\"b\":2}"]);
        assert_eq!(lines.push(b"}\n"), ["{}"]);
    }
}
