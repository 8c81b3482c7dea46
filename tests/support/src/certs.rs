//! Certificates made for one test run: nothing secret is kept in the repository.

use std::path::{Path, PathBuf};
use std::{fs, io};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};

/// A certificate authority, and its own certificate.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate, PEM.
    pub cert_pem: String,
}

/// A certificate and its key, PEM.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The certificate.
    pub cert_pem: String,
    /// The certificate, DER.
    pub cert_der: Vec<u8>,
    /// The private key.
    pub key_pem: String,
}

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// A server's, for `localhost`, `127.0.0.1` and `::1`.
    Server,
    /// A client's, of organization `testers` and unit `unit-1`.
    Client,
    /// Both: what a manager shows to clients and to engines.
    Both,
    /// A server's whose only name is its common name.
    CommonNameOnly,
    /// A client's that was valid in 2001.
    ExpiredClient,
    /// A server's that was valid in 2001.
    ExpiredServer,
}

impl Authority {
    /// A new authority of that name.
    ///
    /// # Errors
    ///
    /// When no key can be made.
    pub fn new(name: &str) -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let cert_pem = params.self_signed(&key)?.pem();
        let issuer = Issuer::new(params, key);
        Ok(Self { issuer, cert_pem })
    }

    /// A new certificate for that common name.
    ///
    /// # Errors
    ///
    /// When it cannot be made.
    pub fn issue(&self, common_name: &str, usage: Usage) -> Result<Pair, rcgen::Error> {
        let key = KeyPair::generate()?;
        let cert = params(common_name, usage)?.signed_by(&key, &self.issuer)?;
        Ok(Pair {
            cert_pem: cert.pem(),
            cert_der: cert.der().to_vec(),
            key_pem: key.serialize_pem(),
        })
    }
}

fn params(common_name: &str, usage: Usage) -> Result<CertificateParams, rcgen::Error> {
    use ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};
    let local = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let (names, usages) = match usage {
        Usage::Server | Usage::ExpiredServer => (local.to_vec(), vec![ServerAuth]),
        Usage::Both => (local.to_vec(), vec![ServerAuth, ClientAuth]),
        Usage::CommonNameOnly => (vec![], vec![ServerAuth]),
        Usage::Client | Usage::ExpiredClient => (vec![], vec![ClientAuth]),
    };
    let mut params = CertificateParams::new(names)?;
    params.extended_key_usages = usages;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let name = &mut params.distinguished_name;
    name.push(DnType::CommonName, common_name);
    if usage == Usage::Client {
        name.push(DnType::OrganizationName, "testers");
        name.push(DnType::OrganizationalUnitName, "unit-1");
        let uri = format!("spiffe://cluster.test/{common_name}").try_into()?;
        params.subject_alt_names.push(SanType::URI(uri));
    }
    if matches!(usage, Usage::ExpiredClient | Usage::ExpiredServer) {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2001, 12, 31);
    }
    Ok(params)
}

/// Paths of a certificate, its key and the authority to trust.
#[derive(Debug, Clone)]
pub struct Files {
    /// The authority.
    pub ca: PathBuf,
    /// The certificate.
    pub cert: PathBuf,
    /// The key.
    pub key: PathBuf,
}

impl Files {
    /// Writes `ca.pem`, `cert.pem` and `key.pem` to a directory, which is made if need be: the
    /// layout of `DOCKER_CERT_PATH`.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn write(dir: &Path, ca: &Authority, pair: &Pair) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let files = Self {
            ca: dir.join("ca.pem"),
            cert: dir.join("cert.pem"),
            key: dir.join("key.pem"),
        };
        fs::write(&files.ca, &ca.cert_pem)?;
        fs::write(&files.cert, &pair.cert_pem)?;
        fs::write(&files.key, &pair.key_pem)?;
        Ok(files)
    }
}
