use tower::{ServiceExt, service_fn};

use super::{Admission, Admit, Admitted, AllowAll};
use crate::api::{ApiRequest, Operation, Refusal, RefusalKind};
use crate::error::Error;
use crate::parse::testing;

async fn ask<P: Admission + Clone>(
    policy: P,
    method: &str,
    path: &str,
) -> Result<Operation, Error> {
    let inner = service_fn(|admitted: Admitted| async move {
        Ok::<_, Error>(admitted.request().call.route.operation)
    });
    Admit::new(policy, inner)
        .oneshot(testing::request(method, path))
        .await
}

#[tokio::test]
async fn the_policy_sees_the_operation() {
    let read_only = |request: &ApiRequest| match request.call.route.operation {
        Operation::ContainerList => Ok(()),
        _ => Err(Refusal::new(RefusalKind::Forbidden, "read only")),
    };
    assert!(ask(read_only, "GET", "/containers/json").await.is_ok());
    let refused = ask(read_only, "DELETE", "/containers/web").await;
    assert!(matches!(refused, Err(Error::Admit(_))));
    assert!(ask(AllowAll, "DELETE", "/containers/web").await.is_ok());
}
