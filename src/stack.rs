//! The whole request path in one expression.

use std::convert::Infallible;

use http::{Request, Response};
use swarm_middleware::admit::{AdmitLayer, AllowAll};
use swarm_middleware::auth::AuthLayer;
use swarm_middleware::body::Body;
use swarm_middleware::parse::ParseLayer;
use swarm_middleware::respond::RespondLayer;
use swarm_middleware::select::SelectLayer;
use tower::ServiceBuilder;
use tower::util::BoxCloneSyncService;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::map_response_body::MapResponseBodyLayer;
use tower_http::trace::TraceLayer;

use crate::app::App;
use crate::observe;

/// The stack as the server sees it: it never fails.
pub type Stack = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// Every request takes this path, top to bottom; every response returns bottom to top.
pub fn stack(app: &App) -> Stack {
    let trace = TraceLayer::new_for_http()
        .make_span_with(observe::span)
        .on_request(())
        .on_response(observe::access)
        .on_body_chunk(())
        .on_eos(())
        .on_failure(());
    let service = ServiceBuilder::new()
        .layer(MapResponseBodyLayer::new(Body::new)) // one body type outwards
        .layer(trace) // number, span and access line: above all that may log
        .layer(CatchPanicLayer::custom(observe::on_panic)) // a bug costs one 500, not the connection
        .option_layer(app.cors()) // browsers of the allowed origin, errors too
        .layer(RespondLayer::new(app.banner())) // errors become answers; above it nothing fails
        .layer(AuthLayer::new(app.certificate_required())) // who: before any body byte is read
        .layer(ParseLayer::new(app.versions())) // what is asked
        .layer(AdmitLayer::new(AllowAll)) // may they: everyone, until there is a policy
        .layer(SelectLayer::new(app.placement())) // where: by look-up or by scheduler
        .service(app.dispatch()); // the answer: local, forwarded, tunnelled or of many
    BoxCloneSyncService::new(service)
}
