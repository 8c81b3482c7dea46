//! Images on many nodes, and what prunes leave of them and of the rest.

mod load;
mod prune;
mod rest;

use bytes::Bytes;
use testkit::manager::Cluster;
use testkit::{Engine, EngineOptions, client};

/// An engine of that name with these images.
fn engine(name: &str, images: &[&str]) -> EngineOptions {
    EngineOptions {
        images: images.iter().map(|image| (*image).to_owned()).collect(),
        ..EngineOptions::named(name)
    }
}

/// What an engine saves of an image `app` with a layer so large.
async fn archive(layer_bytes: usize) -> Bytes {
    let options = EngineOptions {
        layer_bytes,
        ..engine("other", &["app"])
    };
    let other = Engine::start(options).await.unwrap();
    let saved = client::send(other.addr, "GET", "/images/app/get", None).await;
    saved.unwrap().body
}

/// Sends a body that is no JSON, and reads the whole answer.
async fn send(cluster: &Cluster, target: &str, body: &[u8]) -> String {
    let mut talk = cluster.manager.talk().await;
    let head = format!(
        "POST {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
         Content-Type: application/x-tar\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    talk.say(head).await;
    talk.say(body).await;
    talk.rest().await
}

/// The nodes whose engine has the image.
async fn have(cluster: &Cluster, image: &str) -> Vec<String> {
    let mut have = Vec::new();
    for one in &cluster.engines {
        let path = format!("/images/{image}/json");
        let answer = client::send(one.addr, "GET", &path, None).await.unwrap();
        if answer.status == 200 {
            have.push(one.engine().name());
        }
    }
    have
}
