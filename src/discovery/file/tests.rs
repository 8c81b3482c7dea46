use tempfile::TempDir;
use tokio::time::timeout;

use super::*;

type Stream = BoxStream<'static, Result<Entries, DiscoveryError>>;

fn list(text: &str) -> Entries {
    text.parse().unwrap()
}

/// A directory with a file of that content, and a watch on it.
fn watched(content: &str) -> (TempDir, PathBuf, Stream) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cluster");
    std::fs::write(&path, content).unwrap();
    let stream = Box::new(File::new(path.clone())).watch();
    (dir, path, stream)
}

/// The next item, under a deadline on the paused clock: only what never comes reaches it.
async fn next(stream: &mut Stream) -> Result<Entries, DiscoveryError> {
    timeout(Duration::from_secs(3600), stream.next())
        .await
        .expect("the stream said nothing")
        .expect("the stream ended")
}

async fn stays_silent(stream: &mut Stream) {
    let outcome = timeout(10 * POLL, stream.next()).await;
    assert!(outcome.is_err(), "{outcome:?}");
}

#[test]
fn comments_blank_lines_and_ranges_are_read() {
    let content = b"# rack 1\n\n10.0.0.[1:2]:2375 # two\r\n  host:1  \nunix:///run/d.sock\n#end";
    let entries = parse(Path::new("f"), content).unwrap();
    assert_eq!(
        entries,
        list("10.0.0.1:2375,10.0.0.2:2375,host:1,unix:///run/d.sock")
    );
    assert!(parse(Path::new("f"), b"# none\n").unwrap().is_empty());
}

#[test]
fn an_error_names_file_and_line() {
    let error = parse(Path::new("/etc/nodes"), b"# x\na:1\nb\n").unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("/etc/nodes, line 3: "), "{text}");
    assert!(text.contains("the port is missing"), "{text}");
    let error = parse(Path::new("f"), b"a:1\na:1\n").unwrap_err();
    assert_eq!(error.to_string(), "f, line 2: a:1 is listed twice");
}

#[tokio::test(start_paused = true)]
async fn a_change_is_seen_and_sameness_is_not_news() {
    let (_dir, path, mut stream) = watched("a:1\nb:1\n");
    assert_eq!(next(&mut stream).await.unwrap(), list("a:1,b:1"));
    stays_silent(&mut stream).await;
    std::fs::write(&path, "b:1\n# moved\na:1\n").unwrap();
    stays_silent(&mut stream).await;
    std::fs::write(&path, "b:1\nc:1\n").unwrap();
    assert_eq!(next(&mut stream).await.unwrap(), list("b:1,c:1"));
    std::fs::write(&path, "").unwrap();
    assert_eq!(next(&mut stream).await.unwrap(), Entries::new());
}

#[tokio::test(start_paused = true)]
async fn a_vanished_file_keeps_the_set_and_is_told_once() {
    let (_dir, path, mut stream) = watched("a:1\n");
    assert_eq!(next(&mut stream).await.unwrap(), list("a:1"));
    std::fs::remove_file(&path).unwrap();
    let error = next(&mut stream).await.unwrap_err();
    assert!(matches!(error, DiscoveryError::File { .. }), "{error}");
    stays_silent(&mut stream).await;
    std::fs::write(&path, "a:1\n").unwrap();
    stays_silent(&mut stream).await;
    std::fs::remove_file(&path).unwrap();
    assert!(next(&mut stream).await.is_err());
    std::fs::write(&path, "z:1\n").unwrap();
    assert_eq!(next(&mut stream).await.unwrap(), list("z:1"));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_line_keeps_the_set_and_is_told_once() {
    let (_dir, path, mut stream) = watched("a:1\n");
    assert_eq!(next(&mut stream).await.unwrap(), list("a:1"));
    std::fs::write(&path, "a:1\nb\n").unwrap();
    let error = next(&mut stream).await.unwrap_err();
    assert!(
        matches!(error, DiscoveryError::Line { line: 2, .. }),
        "{error}"
    );
    stays_silent(&mut stream).await;
    std::fs::write(&path, "a:1\nb:1\n").unwrap();
    assert_eq!(next(&mut stream).await.unwrap(), list("a:1,b:1"));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_comes_later_is_read_then() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("later");
    let mut stream = Box::new(File::new(path.clone())).watch();
    assert!(next(&mut stream).await.is_err());
    std::fs::write(&path, "a:1\n").unwrap();
    assert_eq!(next(&mut stream).await.unwrap(), list("a:1"));
}

#[tokio::test(start_paused = true)]
async fn a_file_without_end_is_refused() {
    let mut stream = Box::new(File::new("/dev/zero".into())).watch();
    let error = next(&mut stream).await.unwrap_err().to_string();
    assert!(error.contains("larger than 8 MiB"), "{error}");
}
