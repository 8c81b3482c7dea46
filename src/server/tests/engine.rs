//! A stand-in engine: no HTTP library, so that what it sees is what was sent.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const UPGRADED: &[u8] = b"HTTP/1.1 101 UPGRADED\r\n\
    Content-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

/// A running engine.
#[derive(Clone, Default)]
pub(super) struct Engine {
    pub(super) address: String,
    /// Head and body of every request.
    seen: Arc<Mutex<Vec<(String, String)>>>,
}

impl Engine {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let engine = Self {
            address: listener.local_addr().unwrap().to_string(),
            ..Self::default()
        };
        let serving = engine.clone();
        tokio::spawn(async move {
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                tokio::spawn(serving.clone().serve(tcp));
            }
        });
        engine
    }

    pub(super) fn seen(&self) -> Vec<(String, String)> {
        self.seen.lock().unwrap().clone()
    }

    async fn serve(self, tcp: TcpStream) -> Option<()> {
        let mut tcp = BufReader::new(tcp);
        loop {
            let head = read_head(&mut tcp).await?;
            let body = read_body(&mut tcp, &head).await?;
            let path = head.split(' ').nth(1)?.to_owned();
            let echo = format!("{} {path} {body}", head.split(' ').next()?);
            self.seen.lock().unwrap().push((head, body));
            match path.as_str() {
                "/attach" => return attach(tcp).await,
                "/bye" => return bye(tcp).await,
                "/silent" => return silent(tcp).await,
                "/bulk" => return bulk(tcp).await,
                "/slow" => return silent_answer(tcp).await,
                "/missing" => {
                    let answer = b"HTTP/1.1 404 Not Found\r\n\
                        Content-Type: application/vnd.docker.raw-stream\r\n\r\nNo such container";
                    return tcp.write_all(answer).await.ok();
                }
                _ => {
                    let length = echo.len();
                    let answer =
                        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{echo}");
                    tcp.write_all(answer.as_bytes()).await.ok()?;
                }
            }
        }
    }
}

async fn read_head(tcp: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(tcp.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

async fn read_body(tcp: &mut BufReader<TcpStream>, head: &str) -> Option<String> {
    if head.contains("transfer-encoding: chunked") {
        let mut body = Vec::new();
        while !body.ends_with(b"0\r\n\r\n") {
            body.push(tcp.read_u8().await.ok()?);
        }
        return String::from_utf8(body).ok();
    }
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    tcp.read_exact(&mut body).await.ok()?;
    String::from_utf8(body).ok()
}

/// Takes all of stdin, then says what it was.
async fn attach(mut tcp: BufReader<TcpStream>) -> Option<()> {
    tcp.write_all(UPGRADED).await.ok()?;
    let mut stdin = Vec::new();
    tcp.read_to_end(&mut stdin).await.ok()?;
    tcp.write_all(b"got:").await.ok()?;
    tcp.write_all(&stdin).await.ok()
}

/// Output that ends at once; stdin is never read.
async fn bye(mut tcp: BufReader<TcpStream>) -> Option<()> {
    let output = [UPGRADED, b"bye"].concat();
    tcp.write_all(&output).await.ok()?;
    tcp.shutdown().await.ok()?;
    std::future::pending().await
}

/// No output, whatever comes in.
async fn silent(mut tcp: BufReader<TcpStream>) -> Option<()> {
    tcp.write_all(UPGRADED).await.ok()?;
    std::future::pending().await
}

/// No answer at all until the other side leaves.
async fn silent_answer(mut tcp: BufReader<TcpStream>) -> Option<()> {
    let mut rest = Vec::new();
    tcp.read_to_end(&mut rest).await.ok().map(drop)
}

/// 32 MiB, as fast as they go.
async fn bulk(mut tcp: BufReader<TcpStream>) -> Option<()> {
    tcp.write_all(UPGRADED).await.ok()?;
    let chunk = vec![7; 64 * 1024];
    for _ in 0..512 {
        tcp.write_all(&chunk).await.ok()?;
    }
    Some(())
}
