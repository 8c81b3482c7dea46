use tower::{ServiceExt, service_fn};

use super::{Placed, Placement, Select};
use crate::admit::{Admit, AllowAll};
use crate::api::{ApiRequest, Refusal};
use crate::error::Error;

#[derive(Clone)]
struct ByName;

impl Placement for ByName {
    type Plan = String;

    async fn place(&self, request: &ApiRequest) -> Result<String, Refusal> {
        match request.call.name.as_str() {
            "lost" => Err(Refusal::not_found("No such container: lost")),
            name => Ok(format!("node of {name}")),
        }
    }
}

async fn plan_for(name: &str) -> Result<String, Error> {
    let inner =
        service_fn(|placed: Placed<String>| async { Ok::<_, Error>(placed.into_parts().1) });
    let request = crate::parse::testing::request("GET", &format!("/containers/{name}/json"));
    Admit::new(AllowAll, Select::new(ByName, inner))
        .oneshot(request)
        .await
}

#[tokio::test]
async fn the_plan_goes_down_with_the_request() {
    assert_eq!(plan_for("web").await.unwrap(), "node of web");
}

#[tokio::test]
async fn without_a_plan_nothing_goes_down() {
    assert!(matches!(plan_for("lost").await, Err(Error::Select(_))));
}
