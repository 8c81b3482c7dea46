use tower::{Layer, ServiceExt, service_fn};

use super::{Placed, Placement, SelectLayer};
use crate::admit::{AdmitLayer, AllowAll};
use crate::api::{ApiRequest, Refusal};
use crate::error::Error;

#[derive(Clone)]
struct ByName;

impl Placement for ByName {
    type Plan = String;

    async fn place(&self, request: ApiRequest) -> Result<(ApiRequest, String), Refusal> {
        if request.call.name == "lost" {
            return Err(Refusal::not_found("No such container: lost"));
        }
        let plan = format!("node of {}", request.call.name);
        Ok((request, plan))
    }
}

async fn plan_for(name: &str) -> Result<String, Error> {
    let inner =
        service_fn(|placed: Placed<String>| async { Ok::<_, Error>(placed.into_parts().1) });
    let request = crate::parse::testing::request("GET", &format!("/containers/{name}/json"));
    let stack = AdmitLayer::new(AllowAll).layer(SelectLayer::new(ByName).layer(inner));
    stack.oneshot(request).await
}

#[tokio::test]
async fn the_plan_goes_down_with_the_request() {
    assert_eq!(plan_for("web").await.unwrap(), "node of web");
}

#[tokio::test]
async fn without_a_plan_nothing_goes_down() {
    assert!(matches!(plan_for("lost").await, Err(Error::Select(_))));
}
