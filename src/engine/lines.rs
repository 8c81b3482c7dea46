//! An engine's event stream, object by object.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use swarm_middleware::body::Body;

use super::error::EngineError;

/// No honest event is longer.
const MAX_LINE: usize = 1 << 20;
const PATH: &str = "/events";

/// Reads one JSON object a line.
#[derive(Debug)]
pub(super) struct Lines {
    body: Body,
    buffer: BytesMut,
    /// So much of the buffer holds no line end.
    searched: usize,
}

impl Lines {
    pub(super) fn new(body: Body) -> Self {
        Self {
            body,
            buffer: BytesMut::new(),
            searched: 0,
        }
    }

    /// The next line, without its end. Safe to cancel.
    ///
    /// # Errors
    /// When the stream ends, breaks off, or sends a line without end.
    pub(super) async fn next(&mut self) -> Result<Bytes, EngineError> {
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[self.searched..]) {
                let line = self.buffer.split_to(self.searched + at + 1);
                self.searched = 0;
                let line = line.trim_ascii();
                if !line.is_empty() {
                    // A copy: a slice would keep the whole read buffer alive in the ring.
                    return Ok(Bytes::copy_from_slice(line));
                }
                continue;
            }
            self.searched = self.buffer.len();
            if self.searched > MAX_LINE {
                return Err(EngineError::TooLong(PATH.to_owned(), MAX_LINE));
            }
            match self.body.frame().await {
                None => return Err(EngineError::StreamEnded),
                Some(Err(error)) => return Err(EngineError::Body(PATH.to_owned(), error)),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.buffer.extend_from_slice(&data);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    use super::*;

    fn lines(chunks: Vec<Bytes>) -> Lines {
        let frames = chunks
            .into_iter()
            .map(|chunk| Ok::<_, Infallible>(Frame::data(chunk)));
        Lines::new(Body::new(StreamBody::new(stream::iter(frames))))
    }

    #[tokio::test]
    async fn lines_come_whole_however_they_were_cut() {
        let text = b"{\"a\":1}\n\r\n{\"b\":2}\r\n{\"c\":3}\n";
        for size in [1, 2, 5, text.len()] {
            let mut lines = lines(text.chunks(size).map(Bytes::copy_from_slice).collect());
            for expected in ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"] {
                assert_eq!(lines.next().await.unwrap(), expected);
            }
            assert!(matches!(lines.next().await, Err(EngineError::StreamEnded)));
        }
    }

    #[tokio::test]
    async fn a_line_without_end_is_cut_off() {
        let chunk = Bytes::from(vec![b'x'; MAX_LINE / 4]);
        let mut lines = lines(vec![chunk; 8]);
        assert!(matches!(lines.next().await, Err(EngineError::TooLong(..))));
    }
}
