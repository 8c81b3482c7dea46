//! The running manager's parts, and what the stack is made of.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use swarm_middleware::parse::Versions;
use swarm_middleware::respond::Banner;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

use crate::cluster::ClusterView;
use crate::config::{Cors, ManageConfig};
use crate::dispatch::Dispatch;
use crate::handlers::system::banner;
use crate::handlers::{Context, Parts};
use crate::placement::{ClusterPlacement, Leases};
use crate::scheduler::{Scheduler, driver_from_name};

/// What a manager serves with.
#[derive(Debug)]
pub struct App {
    context: Context,
    placement: ClusterPlacement,
    cors: Cors,
    certificate_required: bool,
}
