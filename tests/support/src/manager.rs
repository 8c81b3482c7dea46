//! The real `swarm manage` in front of simulated engines.

use std::{
    io::{self, BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use serde_json::Value;
use tokio::net::TcpStream;

pub use crate::cluster::{Cluster, addresses};
use crate::{
    client::{self, Answer},
    talk::Talk,
    wait,
};

/// How long starting, settling and ending may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running manager; dropping it kills it, and fails a test in which it panicked.
#[derive(Debug)]
pub struct Manager {
    /// Where it listens: an address of its own on the loopback network.
    pub addr: SocketAddr,
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

/// An address that nothing else listens on: the loopback network is large.
pub fn free_address() -> SocketAddr {
    let ip = Ipv4Addr::new(
        127,
        fastrand::u8(1..250),
        fastrand::u8(..),
        fastrand::u8(1..250),
    );
    SocketAddr::from((ip, 2375))
}

impl Manager {
    /// Runs `program manage` with more arguments in front of the engines at `discovery`.
    ///
    /// # Errors
    /// When it cannot be run, or ends at once.
    pub async fn start(program: &str, discovery: &str, args: &[&str]) -> io::Result<Self> {
        let addr = free_address();
        let mut child = Command::new(program)
            .args(["--debug", "manage", "-H", &format!("tcp://{addr}")])
            .args(args)
            .arg(discovery)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let log = Arc::new(Mutex::new(String::new()));
        let reader = child.stderr.take().map(|stderr| {
            let log = Arc::clone(&log);
            std::thread::spawn(move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                    log.push_str(&line);
                    log.push('\n');
                }
            })
        });
        let mut manager = Self {
            addr,
            child,
            log,
            reader,
        };
        let mut status = None;
        wait::eventually(PATIENCE, || {
            status = manager.child.try_wait().ok().flatten();
            let ended = status.is_some();
            async move { ended || TcpStream::connect(addr).await.is_ok() }
        })
        .await;
        match status {
            None => Ok(manager),
            Some(status) => Err(io::Error::other(format!("{status}: {}", manager.log()))),
        }
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many of its log's lines hold this text.
    pub fn logged(&self, text: &str) -> usize {
        self.log()
            .lines()
            .filter(|line| line.contains(text))
            .count()
    }

    /// Waits until a text was logged so many times.
    pub async fn until_logged(&self, text: &str, times: usize) {
        let mut tries = 0;
        while self.logged(text) < times {
            tries += 1;
            assert!(tries < 6000, "no {times} times {text:?} in {}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Sends it a signal, `TERM` or `INT`.
    ///
    /// # Errors
    /// When it cannot be sent.
    pub fn signal(&self, name: &str) -> io::Result<()> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status()?;
        if sent.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("kill -{name} {pid}: {sent}")))
        }
    }

    /// Waits for its end, and answers its exit code.
    pub async fn exit(&mut self) -> Option<i32> {
        let child = &mut self.child;
        let status = wait::value(PATIENCE, || {
            std::future::ready(child.try_wait().ok().flatten())
        });
        status.await.code()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_none())
    }

    /// Sends a request on a connection of its own.
    pub async fn send(&self, method: &str, target: &str, body: Option<&Value>) -> Answer {
        let sent = client::send(self.addr, method, target, body).await;
        sent.unwrap_or_else(|error| panic!("{method} {target}: {error}\n{}", self.log()))
    }

    /// Sends a GET.
    pub async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, None).await
    }

    /// Sends a POST, with a JSON body unless it is null.
    pub async fn post(&self, target: &str, body: Value) -> Answer {
        let body = (!body.is_null()).then_some(&body);
        self.send("POST", target, body).await
    }

    /// Sends a DELETE.
    pub async fn delete(&self, target: &str) -> Answer {
        self.send("DELETE", target, None).await
    }

    /// A raw connection.
    pub async fn talk(&self) -> Talk {
        let stream = TcpStream::connect(self.addr).await;
        Talk::new(stream.unwrap_or_else(|error| panic!("{error}\n{}", self.log())))
    }

    /// Creates a container; its id.
    pub async fn create(&self, name: &str, body: Value) -> String {
        let target = format!("/containers/create?name={name}");
        let answer = self.post(&target, body).await;
        assert_eq!(answer.status, 201, "{name}: {}", answer.text());
        answer.json()["Id"].as_str().unwrap_or_default().to_owned()
    }

    /// The counters of `/debug/vars`.
    pub async fn counters(&self) -> Value {
        self.get("/debug/vars").await.json()
    }

    /// Waits until so many nodes are healthy.
    pub async fn until_healthy(&self, count: usize) {
        let healthy = |node: &Value| node["status"] == "Healthy";
        wait::eventually(PATIENCE, || async {
            let counters = self.counters().await;
            let nodes = counters["nodes"].as_object().cloned().unwrap_or_default();
            nodes.values().filter(|node| healthy(node)).count() == count
        })
        .await;
    }

    /// Waits until no promise is held and no request waits for an engine; every engine's event
    /// stream goes on.
    pub async fn until_quiet(&self) {
        wait::eventually(PATIENCE, || async {
            let counters = self.counters().await;
            let nodes = counters["nodes"].as_object().cloned().unwrap_or_default();
            let busy = |node: &Value| node["in_flight"].as_u64() > Some(1);
            counters["leases"] == 0 && !nodes.values().any(busy)
        })
        .await;
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        if std::thread::panicking() {
            eprintln!("--- log of the manager:\n{}---", self.log());
        } else {
            let log = self.log();
            assert!(!log.contains("panicked"), "the manager panicked: {log}");
        }
    }
}
