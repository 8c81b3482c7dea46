//! Connections that are taken over, through the whole manager, over every kind of listener.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::certs::{Authority, Files, Usage};
use testkit::manager::Cluster;
use testkit::talk::{Talk, client_config};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::rustls::ClientConfig;

use crate::{cluster, with};

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: tcp\r\n";

/// One manager that is reached in several ways.
struct Doors {
    cluster: Cluster,
    socket: PathBuf,
    tls: Option<Arc<ClientConfig>>,
    _dir: TempDir,
}

impl Doors {
    async fn open(tls: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("swarm.sock");
        let unix = format!("unix://{}", socket.display());
        let (cluster, tls) = if tls {
            let authority = Authority::new("ca").unwrap();
            let both = authority.issue("manager", Usage::Both).unwrap();
            let files = Files::write(dir.path(), &authority, &both).unwrap();
            let alice = authority.issue("alice", Usage::Client).unwrap();
            let config = client_config(&authority, Some(&alice)).unwrap();
            (
                crate::auth::secured(&files, &authority, &["-H", &unix]).await,
                Some(config),
            )
        } else {
            (with(1, &["-H", &unix]).await, None)
        };
        Self {
            cluster,
            socket,
            tls,
            _dir: dir,
        }
    }

    async fn knock(&self) -> Vec<(&'static str, Talk)> {
        let tcp = TcpStream::connect(self.cluster.manager.addr).await.unwrap();
        let front = match &self.tls {
            None => ("tcp", Talk::new(tcp)),
            Some(config) => ("tls", Talk::tls(tcp, Arc::clone(config)).await.unwrap()),
        };
        let unix = UnixStream::connect(&self.socket).await.unwrap();
        vec![front, ("unix", Talk::new(unix))]
    }

    /// Sends a request over the unix socket, where nobody needs a certificate.
    async fn ask(&self, method: &str, target: &str, body: &Value) -> String {
        let mut talk = Talk::new(UnixStream::connect(&self.socket).await.unwrap());
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let length = body.len();
        talk.say(format!(
            "{method} /v1.41{target} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
             Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
        .await;
        talk.rest().await
    }

    async fn run(&self, name: &str, body: &Value) {
        let created = self
            .ask("POST", &format!("/containers/create?name={name}"), body)
            .await;
        assert!(created.starts_with("HTTP/1.1 201 "), "{created}");
        let started = self
            .ask("POST", &format!("/containers/{name}/start"), &Value::Null)
            .await;
        assert!(started.starts_with("HTTP/1.1 204 "), "{started}");
    }

    async fn exec(&self, container: &str, command: &[&str], more: Value) -> String {
        let mut body = json!({ "Cmd": command, "AttachStdout": true, "AttachStderr": true });
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        let made = self
            .ask("POST", &format!("/containers/{container}/exec"), &body)
            .await;
        let id = made
            .split("\"Id\":\"")
            .nth(1)
            .unwrap_or_else(|| panic!("{made}"));
        id[..64].to_owned()
    }
}

fn cat() -> Value {
    json!({ "Image": "busybox", "Cmd": ["cat"], "OpenStdin": true, "StdinOnce": true })
}

fn frame(text: &str) -> String {
    format!(
        "\u{1}\0\0\0\0\0\0{}{text}",
        char::from(u8::try_from(text.len()).unwrap())
    )
}

fn expected_head(head: &str, upgrade: &str) {
    let status = if upgrade.is_empty() {
        "HTTP/1.1 200 OK\r\n"
    } else {
        "HTTP/1.1 101 UPGRADED\r\n"
    };
    assert!(head.starts_with(status), "{head}");
    assert!(
        head.contains("Content-Type: application/vnd.docker.raw-stream\r\n"),
        "{head}"
    );
    assert_eq!(
        head.contains("Upgrade: tcp\r\n"),
        !upgrade.is_empty(),
        "{head}"
    );
}

#[tokio::test]
async fn attached_input_its_end_and_output_pass_over_every_door() {
    for tls in [false, true] {
        let doors = Doors::open(tls).await;
        for upgrade in [UPGRADE, ""] {
            for (number, (door, mut talk)) in doors.knock().await.into_iter().enumerate() {
                let name = format!("cat-{}-{number}", upgrade.len());
                doors.run(&name, &cat()).await;
                talk.say(format!(
                    "POST /v1.41/containers/{name}/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n\
                     Host: a\r\n{upgrade}\r\n"
                ))
                .await;
                expected_head(&talk.head().await, upgrade);
                talk.say("one\n").await;
                assert_eq!(talk.until("one\n").await, frame("one\n"), "{door}");
                talk.say("two\n").await;
                talk.end().await;
                assert_eq!(
                    talk.rest().await,
                    frame("two\n"),
                    "{door}: output goes on after the end of input"
                );
                let ended = doors
                    .ask("POST", &format!("/containers/{name}/wait"), &Value::Null)
                    .await;
                assert!(ended.contains("\"StatusCode\":0"), "{ended}");
            }
        }
    }
}

#[tokio::test]
async fn an_exec_in_the_form_of_jenkins_is_upgraded() {
    for tls in [false, true] {
        let doors = Doors::open(tls).await;
        doors
            .run("agent", &json!({ "Image": "busybox", "Cmd": ["top"] }))
            .await;
        for (door, mut talk) in doors.knock().await {
            let exec = doors
                .exec("agent", &["cat"], json!({ "AttachStdin": true }))
                .await;
            let body = "{\"Detach\":false,\"Tty\":false}";
            // Bare line feeds, and one byte more than the length says.
            talk.say(format!(
                "POST /v1.41/exec/{exec}/start HTTP/1.1\nHost: a\nContent-Type: application/json\n\
                 Upgrade: tcp\nConnection: Upgrade\nContent-Length: {}\n\n{body}\n",
                body.len()
            ))
            .await;
            let head = talk.head().await;
            assert!(head.starts_with("HTTP/1.1 101 "), "{door}: {head}");
            talk.say("ping\n").await;
            assert_eq!(talk.until("ping\n").await, frame("ping\n"), "{door}");
            talk.end().await;
            assert_eq!(
                talk.rest().await,
                "",
                "{door}: the stray byte was nobody's input"
            );
            let inspected = doors
                .ask("GET", &format!("/exec/{exec}/json"), &Value::Null)
                .await;
            assert!(inspected.contains("\"ExitCode\":0"), "{inspected}");
        }
    }
}

#[tokio::test]
async fn an_exec_that_is_started_detached_is_an_ordinary_answer() {
    let doors = Doors::open(false).await;
    doors
        .run("web", &json!({ "Image": "busybox", "Cmd": ["top"] }))
        .await;
    for upgrade in ["", UPGRADE] {
        for (door, mut talk) in doors.knock().await {
            let exec = doors.exec("web", &["true"], Value::Null).await;
            let body = "{\"Detach\":true}";
            let request = format!(
                "POST /v1.41/exec/{exec}/start HTTP/1.1\r\nHost: a\r\n{upgrade}\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            talk.say(&request).await;
            let head = talk.head().await;
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{door}: {head}");
            assert!(
                head.to_ascii_lowercase().contains("content-length: 0\r\n"),
                "{door}: {head}"
            );
            // HTTP goes on upon the same connection; started twice is an error there.
            talk.say(&request).await;
            assert!(talk.head().await.starts_with("HTTP/1.1 409 "), "{door}");
        }
    }
}

#[tokio::test]
async fn attaching_to_nothing_is_an_http_error_and_the_connection_ends_cleanly() {
    let cluster = cluster(1).await;
    for upgrade in ["", UPGRADE] {
        let mut talk = cluster.manager.talk().await;
        talk.say(format!(
            "POST /v1.41/containers/nope/attach?stream=1 HTTP/1.1\r\nHost: a\r\n{upgrade}\r\n"
        ))
        .await;
        let head = talk.head().await;
        assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
        assert_eq!(
            talk.until("}\n").await,
            "{\"message\":\"No such container: nope\"}\n"
        );
        let mut talk = cluster.manager.talk().await;
        talk.say(format!(
            "POST /v1.41/exec/{}/start HTTP/1.1\r\nHost: a\r\n{upgrade}\r\n",
            "a".repeat(64)
        ))
        .await;
        let answer = talk.until("}\n").await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
        assert!(answer.contains("No such exec instance"), "{answer}");
    }
}

#[tokio::test]
async fn output_of_a_container_that_ends_at_once_arrives_whole() {
    let doors = Doors::open(false).await;
    for (number, (door, mut talk)) in doors.knock().await.into_iter().enumerate() {
        let name = format!("brief-{number}");
        let body = json!({ "Image": "busybox", "Cmd": ["echo", "bye"], "HostConfig": { "AutoRemove": true } });
        let created = doors
            .ask("POST", &format!("/containers/create?name={name}"), &body)
            .await;
        assert!(created.starts_with("HTTP/1.1 201 "), "{created}");
        talk.say(format!(
            "POST /v1.41/containers/{name}/attach?stream=1&stdout=1&stderr=1 HTTP/1.1\r\nHost: a\r\n{UPGRADE}\r\n"
        ))
        .await;
        expected_head(&talk.head().await, UPGRADE);
        let mut waiting = Talk::new(UnixStream::connect(&doors.socket).await.unwrap());
        waiting
            .say(format!("POST /v1.41/containers/{name}/wait?condition=removed HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
            .await;
        assert!(
            waiting.head().await.starts_with("HTTP/1.1 200 "),
            "the head comes before the start"
        );
        doors
            .ask("POST", &format!("/containers/{name}/start"), &Value::Null)
            .await;
        assert_eq!(talk.rest().await, frame("bye\n"), "{door}");
        assert!(waiting.rest().await.contains("\"StatusCode\":0"), "{door}");
    }
}
