//! Work that a client that vanishes must not leave half done.

use std::future::Future;

use swarm_middleware::api::{Refusal, RefusalKind};
use swarm_middleware::error::Error;

/// Runs in a task of its own, which goes on when the one who waits is gone.
///
/// # Errors
/// Those of the work; a refusal when it panicked.
pub(super) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    tokio::spawn(work).await.unwrap_or_else(|failed| {
        let message = format!("the endpoint failed while serving this: {failed}");
        Err(Error::Handler(Refusal::new(RefusalKind::Failed, message)))
    })
}
