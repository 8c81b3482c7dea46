//! Several managers of the same engines.

use testkit::manager::{Manager, PATIENCE, addresses};
use testkit::{client, wait};

use crate::{SWARM, cluster, top};

#[tokio::test]
async fn two_managers_of_the_same_engines_see_the_same() {
    let cluster = cluster(2).await;
    let second = Manager::start(SWARM, &addresses(&cluster.engines), &[])
        .await
        .unwrap();
    second.until_healthy(2).await;
    for number in 0..6 {
        cluster.manager.create(&format!("c{number}"), top()).await;
    }
    wait::eventually(PATIENCE, || async {
        let (one, two) = (
            cluster.manager.get("/containers/json?all=1"),
            second.get("/containers/json?all=1"),
        );
        let (one, two) = tokio::join!(one, two);
        one.body == two.body && one.json().as_array().is_some_and(|all| all.len() == 6)
    })
    .await;
    let gone = client::send(
        cluster.engines[0].addr,
        "DELETE",
        "/containers/c0?force=1",
        None,
    )
    .await;
    let missing = u16::from(gone.unwrap().status == 204);
    wait::eventually(PATIENCE, || async {
        let left = second.get("/containers/json?all=1").await.json();
        left.as_array()
            .is_some_and(|all| all.len() == usize::from(6 - missing))
    })
    .await;
}
