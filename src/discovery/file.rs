//! A file that lists engines, read again when it changes.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::io::AsyncReadExt;
use tokio::time::sleep;

use super::{Discovery, DiscoveryError, Entries};

/// How often the file is looked at.
const POLL: Duration = Duration::from_secs(1);
/// How long a changed file must stay as it is before it counts: its writer may be half way.
const SETTLE: Duration = Duration::from_millis(100);
/// The largest file that is read.
const MAX_BYTES: u64 = 8 << 20;

/// One address or range a line; `#` begins a comment.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
}

impl File {
    /// The list in this file.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }
}

impl Discovery for File {
    fn watch(self: Box<Self>) -> BoxStream<'static, Result<Entries, DiscoveryError>> {
        let watched = Watched {
            path: self.path,
            content: None,
            entries: None,
            failing: false,
        };
        stream::unfold(watched, |mut watched| async move {
            let item = watched.next().await;
            Some((item, watched))
        })
        .boxed()
    }
}

/// What is known of the file so far.
struct Watched {
    path: PathBuf,
    /// The content that was judged last, good or bad.
    content: Option<Vec<u8>>,
    /// The last good set.
    entries: Option<Entries>,
    /// Whether the last attempt to read failed, which was said then.
    failing: bool,
}

impl Watched {
    async fn next(&mut self) -> Result<Entries, DiscoveryError> {
        loop {
            let first_look = self.content.is_none() && !self.failing;
            if !first_look {
                sleep(POLL).await;
            }
            match read_settled(&self.path, self.content.as_deref()).await {
                Ok(content) => {
                    self.failing = false;
                    if let Some(news) = self.judge(content) {
                        return news;
                    }
                }
                Err(source) if !self.failing => {
                    self.failing = true;
                    let path = self.path.clone();
                    return Err(DiscoveryError::File { path, source });
                }
                Err(_) => {}
            }
        }
    }

    /// What a reader of the stream is told about this content, if anything.
    fn judge(&mut self, content: Vec<u8>) -> Option<Result<Entries, DiscoveryError>> {
        if self.content.as_deref() == Some(&content) {
            return None;
        }
        let parsed = parse(&self.path, &content);
        self.content = Some(content);
        match parsed {
            Ok(entries) if self.entries.as_ref() == Some(&entries) => None,
            Ok(entries) => {
                self.entries = Some(entries.clone());
                Some(Ok(entries))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// The content of the file; when it is not what is `known`, once two reads in a row agree.
async fn read_settled(path: &Path, known: Option<&[u8]>) -> io::Result<Vec<u8>> {
    let mut content = read(path).await?;
    while known != Some(&content[..]) {
        sleep(SETTLE).await;
        let again = read(path).await?;
        if again == content {
            break;
        }
        content = again;
    }
    Ok(content)
}

async fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let file = tokio::fs::File::open(path).await?;
    file.take(MAX_BYTES + 1).read_to_end(&mut content).await?;
    if content.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is larger than 8 MiB"));
    }
    Ok(content)
}

fn parse(path: &Path, content: &[u8]) -> Result<Entries, DiscoveryError> {
    let mut entries = Entries::new();
    for (index, line) in String::from_utf8_lossy(content).lines().enumerate() {
        let entry = line.split('#').next().unwrap_or_default().trim();
        if entry.is_empty() {
            continue;
        }
        entries.add(entry).map_err(|source| DiscoveryError::Line {
            path: path.to_owned(),
            line: index + 1,
            source: Box::new(source),
        })?;
    }
    Ok(entries)
}

#[cfg(test)]
mod tests;
