//! From a plan to the handler that carries it out.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use http::Response;
use swarm_middleware::api::{ApiRequest, Operation, Refusal, RefusalKind};
use swarm_middleware::body::Body;
use swarm_middleware::error::Error;
use swarm_middleware::select::Placed;
use tower::Service;

use crate::cluster::EngineSnapshot;
use crate::handlers::{
    Context, build, containers, forwarded, images, loose, merged, networks, system, volumes,
};
use crate::placement::{Destination, Plan};

/// The end of the stack: a local answer, a forward, a tunnel or a fan-out.
#[derive(Clone, Debug)]
pub struct Dispatch {
    context: Context,
}

impl Dispatch {
    /// Answers with this cluster.
    pub const fn new(context: Context) -> Self {
        Self { context }
    }
}

impl Service<Placed<Plan>> for Dispatch {
    type Response = Response<Body>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut TaskContext<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, placed: Placed<Plan>) -> Self::Future {
        let context = self.context.clone();
        Box::pin(async move {
            let (request, plan) = placed.into_parts();
            match plan {
                Plan::Local => local(&context, request).await,
                Plan::One(to) => one(&context, request, to).await,
                Plan::Loose(to) => loose::make(&context, request, to).await,
                Plan::Tunnel(to) => forwarded::tunnel(&context, request, to, ()).await,
                Plan::Session(to, stay) => build::connect(&context, request, to, stay).await,
                Plan::Build(to, hold) => build::build(&context, request, to, hold).await,
                Plan::Create(creation) => {
                    containers::create::create(&context, request, *creation).await
                }
                Plan::Each(engines) => each(&context, request, engines).await,
            }
        })
    }
}

/// What is done on every node that matters.
async fn each(
    context: &Context,
    request: ApiRequest,
    engines: Vec<Arc<EngineSnapshot>>,
) -> Result<Response<Body>, Error> {
    match request.call.route.operation {
        Operation::VolumeCreate => volumes::everywhere::create(context, request, engines).await,
        Operation::VolumeRemove => volumes::everywhere::remove(context, request, engines).await,
        Operation::ContainerPrune
        | Operation::ImagePrune
        | Operation::NetworkPrune
        | Operation::VolumePrune
        | Operation::BuildPrune => merged::prune(context, request.call, engines).await,
        Operation::ImageLoad => images::load::load(context, request, engines).await,
        Operation::ImageCreate if streamed(&request) => {
            images::load::load(context, request, engines).await
        }
        Operation::ImageCreate => {
            let ApiRequest { call, head, .. } = request;
            images::pull::pull(context, &call, &head.headers, engines).await
        }
        _ => {
            let ApiRequest { call, head, .. } = request;
            images::spread::spread(context, call, head.method, engines).await
        }
    }
}

/// Whether the image comes in the request's body.
fn streamed(request: &ApiRequest) -> bool {
    let source = request.call.query.get("fromSrc");
    source.is_some_and(|source| source == "-")
}

/// What is answered from the state, or by asking all engines.
async fn local(context: &Context, request: ApiRequest) -> Result<Response<Body>, Error> {
    match request.call.route.operation {
        Operation::Ping => Ok(system::answers::ping(context, &request)),
        Operation::Version => Ok(system::answers::version(context)),
        Operation::Info => Ok(system::answers::info(context, &request.call)),
        Operation::Preflight => Ok(system::answers::preflight()),
        Operation::DebugVars => system::debug::vars(context),
        Operation::Events => system::stream::events(context, &request),
        Operation::SystemDf => merged::df(context, &request.call).await,
        Operation::ContainerList => containers::answers::list(context, &request.call).await,
        Operation::ImageList => images::answers::list(context, &request.call),
        Operation::ImageSave => images::save::save(context, request).await,
        Operation::PluginList => merged::plugins(context, &request.call).await,
        Operation::NetworkList => networks::answers::list(context, &request.call),
        Operation::VolumeList => volumes::answers::list(context, &request.call),
        other => Err(Error::Handler(Refusal::new(
            RefusalKind::NotImplemented,
            format!("{other:?} is not supported yet"),
        ))),
    }
}

/// What one engine answers, and the few operations that need more than to be passed on.
async fn one(
    context: &Context,
    request: ApiRequest,
    to: Destination,
) -> Result<Response<Body>, Error> {
    match request.call.route.operation {
        Operation::ContainerInspect => containers::answers::inspect(context, request, to).await,
        Operation::ContainerStart => containers::start::start(context, request, to).await,
        Operation::ContainerRename => containers::rename::rename(context, request, to).await,
        Operation::ContainerUpdate => containers::update::update(context, request, to).await,
        Operation::NetworkConnect => loose::connect(context, request, to).await,
        Operation::NetworkInspect => networks::answers::inspect(context, request, to).await,
        Operation::VolumeInspect => volumes::answers::inspect(context, request, to).await,
        Operation::ExecCreate => containers::exec::create(context, request, to).await,
        _ => forwarded::forward(context, request, to).await,
    }
}
