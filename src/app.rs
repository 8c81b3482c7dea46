//! The running manager's parts, and what each layer of the stack is made of.

use std::sync::Arc;

use http::request::Parts as Head;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use swarm_middleware::api::Operation;
use swarm_middleware::forward::PoolOptions;
use swarm_middleware::parse::{self, Versions};
use swarm_middleware::respond::Banner as Headers;
use tokio_rustls::rustls::ClientConfig;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::cluster::{ClusterState, ClusterView};
use crate::config::{Cors, ManageConfig};
use crate::dispatch::Dispatch;
use crate::engine::{Engines, MonitorOptions};
use crate::handlers::containers::Unstarted;
use crate::handlers::system::banner::Banner;
use crate::handlers::system::info::InfoRenderer;
use crate::handlers::{Context, Identity, Parts, RefreshFirst};
use crate::placement::{ClusterPlacement, Leases};
use crate::scheduler::names::UnknownName;
use crate::scheduler::{Scheduler, driver_from_name};
use crate::transfer::Transfers;

/// Owns the engines' tasks and the state, and hands the stack its parts.
#[derive(Debug)]
pub struct App {
    engines: Arc<Engines>,
    context: Context,
    placement: ClusterPlacement,
    banner: Banner,
    cors: Cors,
    certificate_required: bool,
}

impl App {
    /// Builds everything that a configuration asks for; no engine is reached yet.
    ///
    /// # Errors
    /// When the cluster driver is not known.
    pub fn build(
        config: &ManageConfig,
        engine_tls: Option<Arc<ClientConfig>>,
    ) -> Result<Self, UnknownName> {
        let options = &config.cluster;
        let scheduler = Scheduler::new(config.strategy, &config.filters, options.overcommit);
        let driver = driver_from_name(&config.cluster_driver, scheduler)?;
        let (cluster, view) = ClusterState::start();
        let monitors = MonitorOptions::from(config);
        let pool = PoolOptions::default();
        let engines = Arc::new(Engines::new(
            monitors,
            pool,
            engine_tls,
            cluster,
            view.clone(),
        ));
        let leases = Leases::default();
        let placement = ClusterPlacement::new(
            view.clone(),
            leases.clone(),
            Arc::clone(&driver),
            options.clone(),
        );
        let context = Context::new(Parts {
            view: view.clone(),
            engines: Arc::clone(&engines),
            leases: leases.clone(),
            driver: Arc::clone(&driver),
            options: options.clone(),
            debug: config.debug,
            refresh: RefreshFirst {
                on_node_filter: config.refresh_on_node_filter,
                container_name: config.container_name_refresh_filter.clone(),
            },
            transfers: Transfers::default(),
            unstarted: Unstarted::default(),
            loose: placement.loose().clone(),
            builds: placement.builds().clone(),
            identity: Identity::of_this_process(),
            info: InfoRenderer::default(),
        });
        Ok(Self {
            engines,
            context,
            placement,
            banner: Banner::new(view),
            cors: config.cors.clone(),
            certificate_required: config.listen_tls.as_ref().is_some_and(|tls| tls.verify),
        })
    }

    /// The engines, to follow discovery and to be stopped.
    pub fn engines(&self) -> &Arc<Engines> {
        &self.engines
    }

    /// The state.
    pub fn view(&self) -> &ClusterView {
        &self.context.view
    }

    /// The headers of every answer.
    pub fn banner(&self) -> impl Headers + Clone + Send + Sync + 'static {
        let banner = self.banner.clone();
        move |headers: &mut HeaderMap| banner.apply(headers)
    }

    /// The API versions that are offered.
    pub fn versions(&self) -> impl Versions + Clone + Send + Sync + 'static {
        let banner = self.banner.clone();
        move || banner.offered()
    }

    /// Whether clients over TCP must have shown a certificate.
    pub fn certificate_required(&self) -> bool {
        self.certificate_required
    }

    /// Which browser origins may call; none adds no layer.
    pub fn cors(&self) -> Option<CorsLayer> {
        let origin = match &self.cors {
            Cors::Off => return None,
            Cors::Any => AllowOrigin::any(),
            Cors::Origin(origin) => AllowOrigin::exact(HeaderValue::from_str(origin).ok()?),
        };
        let methods = [
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::OPTIONS,
        ];
        let headers = ["content-type", "x-registry-auth", "x-registry-config"];
        let layer = CorsLayer::new().allow_origin(origin).allow_methods(methods);
        Some(layer.allow_headers(headers.map(HeaderName::from_static)))
    }

    /// Chooses where requests go.
    pub fn placement(&self) -> ClusterPlacement {
        self.placement.clone()
    }

    /// Carries requests out.
    pub fn dispatch(&self) -> Dispatch {
        Dispatch::new(self.context.clone())
    }
}

/// The requests that may take their connection over, by their head alone.
pub fn may_take_over(head: &Head) -> bool {
    // Asked of every request: most are told by their method alone.
    if head.method != Method::POST && !head.uri.path().ends_with("/ws") {
        return false;
    }
    parse::call(&head.method, &head.uri).is_ok_and(|call| {
        matches!(
            call.route.operation,
            Operation::ContainerAttach
                | Operation::ContainerAttachWebSocket
                | Operation::ExecStart
                | Operation::Session
                | Operation::Grpc
        )
    })
}
