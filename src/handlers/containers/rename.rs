//! `POST /containers/X/rename`: names are unique in the cluster.

use std::sync::Arc;

use http::Response;
use swarm_middleware::api::{ApiRequest, Refusal};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;

use crate::handlers::{Context, forwarded};
use crate::placement::{Destination, Promise, name_is_free};
use crate::scheduler::Workload;

/// Renames a container, unless another in the cluster has the name or is promised it.
///
/// # Errors
/// A conflict that names the holder.
pub async fn rename(
    context: &Context,
    request: ApiRequest,
    to: Destination,
) -> Result<Response<Body>, Error> {
    let wanted = request.call.query.get("name").unwrap_or_default();
    let name = wanted.trim_start_matches('/').to_owned();
    let snapshot = context.snapshot();
    let mut holders = snapshot.containers_named(&name);
    if holders
        .next()
        .is_some_and(|found| to.container.as_ref() == Some(&found.container.id))
    {
        // Its own name: the engine has a sentence for that.
        return forwarded::forward(context, request, to).await;
    }
    let promised = context.leases.promise(|table| {
        name_is_free(&context.snapshot(), table, &name)?;
        let workload = Workload {
            names: Box::new([name.as_str().into()]),
            ..Workload::default()
        };
        Ok::<_, Refusal>((
            Promise {
                node: None,
                workload: Arc::new(workload),
            },
            (),
        ))
    });
    let (lease, ()) = promised.map_err(|taken| {
        // The engine's own words before a conflict of this kind.
        let message = format!("Error when allocating new name: {taken}");
        Error::Handler(Refusal { message, ..taken })
    })?;
    let answer = forwarded::forward(context, request, to).await;
    drop(lease);
    answer
}
