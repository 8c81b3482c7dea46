//! From a configuration to a manager that serves, until it is told to stop.

use std::io;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};

use crate::app::{App, may_take_over};
use crate::config::ManageConfig;
use crate::discovery::{self, DiscoveryError};
use crate::scheduler::names::UnknownName;
use crate::server::{BindError, Server, ServerOptions, ServerTls};
use crate::stack::stack;
use crate::tls::{self, TlsError};

/// Why a manager did not start, or ended badly.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The engines cannot be found.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    /// A certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The cluster driver is not known.
    #[error(transparent)]
    Driver(#[from] UnknownName),
    /// A listener cannot be opened.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The process cannot be told to stop.
    #[error("cannot listen for signals: {0}")]
    Signals(#[from] io::Error),
}

/// Serves the Docker API as the configuration says, until SIGTERM or SIGINT.
///
/// # Errors
///
/// When it cannot start.
pub async fn run(config: ManageConfig) -> Result<(), RunError> {
    let discovery = discovery::from_uri(&config.discovery)?;
    let listen_tls = config
        .listen_tls
        .as_ref()
        .map(tls::server_config)
        .transpose()?;
    let engine_tls = config
        .engine_tls
        .as_ref()
        .map(tls::client_config)
        .transpose()?;
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let app = App::build(&config, engine_tls)?;
    let server_tls = listen_tls.map(|config| ServerTls {
        config,
        subject: Arc::new(subject),
    });
    let server = Server::bind(&config.listen, server_tls, ServerOptions::default()).await?;
    let engines = Arc::clone(app.engines());
    let following = {
        let engines = Arc::clone(&engines);
        tokio::spawn(async move { engines.follow(discovery).await })
    };
    let told_to_stop = async {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        info!(signal = name, "Stopping");
    };
    let report = server.run(stack(&app), may_take_over, told_to_stop).await;
    if report.cut > 0 {
        warn!(
            cut = report.cut,
            "Connections were cut: they did not end in time"
        );
    }
    following.abort();
    engines.stop().await;
    Ok(())
}

/// Who a verified client certificate says it is.
fn subject(
    certificate: &tokio_rustls::rustls::pki_types::CertificateDer<'_>,
) -> Option<swarm_middleware::api::Subject> {
    tls::identity(certificate)
        .inspect_err(|error| warn!(%error, "A client certificate that names nobody"))
        .ok()
}
