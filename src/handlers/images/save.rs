//! `GET /images/get`: several images in one archive, from one node.

use std::sync::Arc;

use http::Response;
use swarm_middleware::api::{ApiRequest, Refusal};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;

use crate::cluster::{EngineSnapshot, Snapshot};
use crate::handlers::{Context, forwarded};
use crate::placement::{Destination, owner};
use crate::transfer::{Need, copy_only};

/// Saves where all of the images are; what that node lacks is copied there first.
///
/// # Errors
/// An image that is ambiguous or cannot be copied, or no healthy node.
pub async fn save(context: &Context, mut request: ApiRequest) -> Result<Response<Body>, Error> {
    let snapshot = context.snapshot();
    let query = &request.call.query;
    let named = query.pairs().filter(|(key, _)| key == "names");
    let names: Vec<String> = named.map(|(_, name)| name.into_owned()).collect();
    let mut to = owner::any(&snapshot, "").map_err(Error::Handler)?;
    for name in &names {
        let owner = owner::image(&snapshot, name).map_err(Error::Handler)?;
        if !holds(&snapshot, &owner.engine, name) {
            // Nobody has it: an engine says so in its own words, asked for this one alone.
            request.call.query = query.with("names", Some(name));
            return forwarded::forward(context, request, to).await;
        }
    }
    let count = |engine: &EngineSnapshot| {
        let held = names.iter().filter(|name| holds(&snapshot, engine, name));
        held.count()
    };
    let healthy = snapshot.engines().filter(|engine| engine.is_healthy());
    if let Some(most) = healthy.max_by_key(|engine| count(engine)) {
        to.engine = Arc::clone(most);
    }
    for name in names
        .iter()
        .filter(|name| !holds(&snapshot, &to.engine, name))
    {
        bring(context, &to, name).await?;
    }
    forwarded::forward(context, request, to).await
}

fn holds(snapshot: &Snapshot, engine: &EngineSnapshot, image: &str) -> bool {
    let held = snapshot.image(image).unwrap_or_default();
    held.iter().any(|held| held.engine.key == engine.key)
}

async fn bring(context: &Context, to: &Destination, image: &str) -> Result<(), Error> {
    let need = Need {
        node: Arc::clone(&to.engine),
        image: image.into(),
        credentials: None,
        platform: None,
    };
    copy_only(context, &need).await.map_err(|reason| {
        Error::Handler(Refusal::conflict(format!(
            "the images are on different nodes, and {image} cannot be copied to {}: {reason}",
            to.engine.name
        )))
    })
}
