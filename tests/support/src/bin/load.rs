//! Measures one HTTP endpoint from one thread, over raw sockets so that it costs little itself.
//!
//! `load get ADDR PATH CONNECTIONS SECONDS` asks again and again over connections that stay open;
//! `load download ADDR PATH` reads one answer to its end; `load echo ADDR CONTAINER COUNT` attaches
//! to a container that runs `cat` and waits for each byte to come back. Prints one line of JSON.

use std::{io, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::Instant,
};

/// What one read takes at most.
const READ: usize = 256 * 1024;

fn main() -> std::process::ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let args: Vec<String> = std::env::args().skip(1).collect();
    match runtime.and_then(|runtime| runtime.block_on(run(&args))) {
        Ok(report) => {
            println!("{report}");
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("load: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(args: &[String]) -> io::Result<Value> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["get", addr, path, connections, seconds] => {
            let seconds = Duration::from_secs_f64(number(seconds)?);
            get(addr, path, number(connections)?, seconds).await
        }
        ["download", addr, path] => download(addr, path).await,
        ["echo", addr, container, count] => echo(addr, container, number(count)?).await,
        _ => Err(io::Error::other(
            "get ADDR PATH CONNECTIONS SECONDS, download ADDR PATH or echo ADDR CONTAINER COUNT",
        )),
    }
}

fn number<T: std::str::FromStr>(text: &str) -> io::Result<T> {
    let invalid = |_| io::Error::other(format!("not a number: {text}"));
    text.parse().map_err(invalid)
}

/// A connection, and what was read from it.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(addr: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        let buffer = vec![0; READ];
        Ok(Self { stream, buffer })
    }

    async fn read(&mut self, at: usize) -> io::Result<usize> {
        match self.stream.read(&mut self.buffer[at..]).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => Ok(read),
        }
    }

    /// Sends a request and reads the answer's head: the head, and what came behind it.
    async fn ask(&mut self, request: &[u8]) -> io::Result<(Head, usize, usize)> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        loop {
            filled += self.read(filled).await?;
            let bytes = &self.buffer[..filled];
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                return Ok((Head::parse(&bytes[..end])?, end + 4, filled));
            }
        }
    }

    /// One request and its whole answer; returns the body's length.
    async fn exchange(&mut self, request: &[u8]) -> io::Result<u64> {
        let (head, begin, end) = self.ask(request).await?;
        if head.status != 200 {
            return Err(io::Error::other(format!("status {}", head.status)));
        }
        let mut framing = head.framing;
        let mut done = framing.feed(&self.buffer[begin..end]);
        while !done {
            let read = self.read(0).await?;
            done = framing.feed(&self.buffer[..read]);
        }
        Ok(framing.bytes)
    }
}

struct Head {
    status: u16,
    framing: Framing,
}

impl Head {
    fn parse(head: &[u8]) -> io::Result<Self> {
        let garbage = || io::Error::other("an answer without a proper head");
        let text = std::str::from_utf8(head).map_err(|_| garbage())?;
        let status = text.get(9..12).and_then(|digits| digits.parse().ok());
        let mut state = State::Size(0);
        for line in text.split("\r\n").skip(1) {
            let (name, value) = line.split_once(':').ok_or_else(garbage)?;
            if name.eq_ignore_ascii_case("content-length") {
                state = State::Data(number(value.trim())?, true);
            }
        }
        let framing = Framing { state, bytes: 0 };
        let status = status.ok_or_else(garbage)?;
        Ok(Self { status, framing })
    }
}

/// Where a body of a known length, or of chunks, has got to.
struct Framing {
    state: State,
    bytes: u64,
}

#[derive(Clone, Copy)]
enum State {
    /// In the line that tells a chunk's size.
    Size(u64),
    /// So many bytes of data are missing, and whether they are the last.
    Data(u64, bool),
    /// In the line end behind a chunk's data.
    Break,
    /// Behind the last chunk, with so many characters in the line.
    Trailer(u32),
}

impl Framing {
    /// Takes bytes in; whether they end the body.
    fn feed(&mut self, mut bytes: &[u8]) -> bool {
        loop {
            if let State::Data(left, last) = self.state {
                let some = left.min(bytes.len() as u64);
                self.bytes += some;
                bytes = &bytes[some as usize..];
                match (left == some, last) {
                    (false, _) => self.state = State::Data(left - some, last),
                    (true, true) => return true,
                    (true, false) => self.state = State::Break,
                }
            }
            let Some((&byte, rest)) = bytes.split_first() else {
                return false;
            };
            bytes = rest;
            self.state = match (self.state, byte) {
                (State::Break, b'\n') => State::Size(0),
                (State::Size(0), b'\n') => State::Trailer(0),
                (State::Size(size), b'\n') => State::Data(size, false),
                (State::Size(size), byte) => match char::from(byte).to_digit(16) {
                    Some(digit) => State::Size(size * 16 + u64::from(digit)),
                    None => State::Size(size),
                },
                (State::Trailer(0), b'\n') => return true,
                (State::Trailer(_), b'\n') => State::Trailer(0),
                (State::Trailer(length), b'\r') => State::Trailer(length),
                (State::Trailer(length), _) => State::Trailer(length + 1),
                (state, _) => state,
            };
        }
    }
}

fn request(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: endpoint\r\nUser-Agent: load\r\n\r\n").into_bytes()
}

async fn get(addr: &str, path: &str, connections: usize, time: Duration) -> io::Result<Value> {
    let request = request(path);
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        let mut connection = Connection::open(addr).await?;
        connection.exchange(&request).await?;
        open.push(connection);
    }
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for mut connection in open {
        let request = request.clone();
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            let mut before = Instant::now();
            while before - begun < time {
                connection.exchange(&request).await?;
                let now = Instant::now();
                latencies.push(now - before);
                before = now;
            }
            Ok::<_, io::Error>(latencies)
        });
    }
    let mut latencies = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        latencies.extend(joined.map_err(io::Error::other)??);
    }
    Ok(report(latencies, begun.elapsed()))
}

async fn download(addr: &str, path: &str) -> io::Result<Value> {
    let mut connection = Connection::open(addr).await?;
    let begun = Instant::now();
    let bytes = connection.exchange(&request(path)).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let rate = bytes as f64 / f64::from(1 << 20) / seconds;
    Ok(json!({ "bytes": bytes, "seconds": seconds, "mib_per_second": rate, "requests": 1 }))
}

async fn echo(addr: &str, container: &str, count: usize) -> io::Result<Value> {
    let mut connection = Connection::open(addr).await?;
    let request = format!(
        "POST /containers/{container}/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: endpoint\r\n\
         Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n"
    );
    let (head, begin, end) = connection.ask(request.as_bytes()).await?;
    if head.status != 101 || begin != end {
        return Err(io::Error::other(format!("status {}", head.status)));
    }
    let begun = Instant::now();
    let mut latencies = Vec::with_capacity(count);
    for _ in 0..count {
        let before = Instant::now();
        connection.stream.write_all(b"x").await?;
        // A frame of one byte behind its header.
        let mut frame = [0; 9];
        connection.stream.read_exact(&mut frame).await?;
        if frame[8] != b'x' {
            return Err(io::Error::other("another byte came back"));
        }
        latencies.push(before.elapsed());
    }
    Ok(report(latencies, begun.elapsed()))
}

fn report(mut latencies: Vec<Duration>, time: Duration) -> Value {
    latencies.sort_unstable();
    let at = |share: usize| {
        let index = latencies.len() * share / 100;
        latencies
            .get(index)
            .map(|latency| latency.as_secs_f64() * 1e6)
    };
    let seconds = time.as_secs_f64();
    json!({
        "requests": latencies.len(),
        "seconds": seconds,
        "rate": latencies.len() as f64 / seconds,
        "p50_us": at(50),
        "p99_us": at(99),
    })
}
