//! Which certificates serve the listeners, and which the connections to engines.

use std::path::PathBuf;

use clap::Args;

use crate::config::{ConfigError, TlsOptions};

#[derive(Debug, Args)]
pub(super) struct TlsArgs {
    /// Use TLS, and ask nobody for a certificate
    #[arg(long)]
    tls: bool,
    /// Use TLS, require clients' certificates and verify engines'
    #[arg(long)]
    pub(super) tlsverify: bool,
    /// The one certificate authority to trust
    #[arg(long, value_name = "FILE")]
    tlscacert: Option<PathBuf>,
    /// Certificate to show
    #[arg(long, value_name = "FILE")]
    tlscert: Option<PathBuf>,
    /// Private key of that certificate
    #[arg(long, value_name = "FILE")]
    tlskey: Option<PathBuf>,
}

/// Certificates for the listeners, and for the connections to engines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tls {
    pub(super) listen: Option<TlsOptions>,
    pub(super) engine: Option<TlsOptions>,
}

/// A Docker client's certificates, from the environment. They are a client's: they serve the
/// connections to engines and are never shown by a listener.
#[derive(Debug, Default)]
pub(super) struct ClientEnv {
    verify: bool,
    cert_path: Option<PathBuf>,
    home: Option<PathBuf>,
}

impl ClientEnv {
    pub(super) fn read() -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            verify: set("DOCKER_TLS_VERIFY").is_some(),
            cert_path: set("DOCKER_CERT_PATH").map(PathBuf::from),
            home: set("HOME").map(PathBuf::from),
        }
    }

    fn options(&self) -> Result<Option<TlsOptions>, ConfigError> {
        if !self.verify {
            return Ok(None);
        }
        let default = || self.home.as_ref().map(|home| home.join(".docker"));
        let dir = self.cert_path.clone().or_else(default);
        let dir = dir.ok_or(ConfigError::NoCertPath)?;
        Ok(Some(TlsOptions {
            verify: true,
            ca: Some(dir.join("ca.pem")),
            cert: dir.join("cert.pem"),
            key: dir.join("key.pem"),
        }))
    }
}

impl TlsArgs {
    /// The environment's certificates come before the flags', for engines only.
    pub(super) fn resolve(
        &self,
        env: &ClientEnv,
        warnings: &mut Vec<String>,
    ) -> Result<Tls, ConfigError> {
        let listen = self.options(warnings)?;
        let engine = env.options()?.or_else(|| listen.clone());
        if env.cert_path.is_some() && engine.is_none() {
            warnings.push(
                "DOCKER_CERT_PATH has no effect without DOCKER_TLS_VERIFY: engines are reached \
                 without TLS"
                    .to_owned(),
            );
        }
        Ok(Tls { listen, engine })
    }

    fn options(&self, warnings: &mut Vec<String>) -> Result<Option<TlsOptions>, ConfigError> {
        if !self.tls && !self.tlsverify {
            let files = [&self.tlscacert, &self.tlscert, &self.tlskey];
            return match files.iter().any(|file| file.is_some()) {
                true => Err(ConfigError::FilesWithoutTls),
                false => Ok(None),
            };
        }
        let (Some(cert), Some(key)) = (&self.tlscert, &self.tlskey) else {
            return Err(ConfigError::TlsWithoutFiles);
        };
        if self.tlsverify && self.tlscacert.is_none() {
            return Err(ConfigError::VerifyWithoutCa);
        }
        if !self.tlsverify && self.tlscacert.is_some() {
            warnings.push("--tlscacert has no effect without --tlsverify".to_owned());
        }
        Ok(Some(TlsOptions {
            verify: self.tlsverify,
            ca: self.tlscacert.clone(),
            cert: cert.clone(),
            key: key.clone(),
        }))
    }
}

#[cfg(test)]
mod tests;
