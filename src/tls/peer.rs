//! Who is behind a client's certificate.

use std::net::{Ipv4Addr, Ipv6Addr};

use swarm_middleware::api::Subject;
use x509_parser::prelude::{
    AttributeTypeAndValue, FromDer, GeneralName, X509Certificate, X509Error,
};

/// Why a verified certificate does not say who its holder is.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// It cannot be parsed.
    #[error("the client's certificate cannot be parsed: {0}")]
    Certificate(String),
    /// A name in it is in no encoding that is read.
    #[error("a name in the client's certificate cannot be read: {0}")]
    Name(#[from] X509Error),
}

/// What a certificate says of its holder. Only for one that the handshake has verified.
///
/// # Errors
///
/// When it cannot be read as a whole: half an identity could be taken for another.
pub fn identity(certificate: &[u8]) -> Result<Subject, IdentityError> {
    let (_, parsed) = X509Certificate::from_der(certificate)
        .map_err(|error| IdentityError::Certificate(error.to_string()))?;
    let subject = parsed.subject();
    let alternative = parsed.subject_alternative_name()?;
    let alternative = alternative.map(|extension| &extension.value.general_names);
    Ok(Subject {
        common_name: texts(subject.iter_common_name())?.into_iter().next(),
        organizations: texts(subject.iter_organization())?,
        organizational_units: texts(subject.iter_organizational_unit())?,
        alternative_names: alternative
            .into_iter()
            .flatten()
            .filter_map(alternative_name)
            .collect(),
        serial: hex(parsed.raw_serial()),
    })
}

fn texts<'a>(
    attributes: impl Iterator<Item = &'a AttributeTypeAndValue<'a>>,
) -> Result<Vec<String>, X509Error> {
    attributes
        .map(|attribute| attribute.as_str().map(str::to_owned))
        .collect()
}

fn alternative_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) | GeneralName::URI(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(octets) => ip(octets),
        _ => None,
    }
}

fn ip(octets: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(octets).map(|v4| Ipv4Addr::from(v4).to_string());
    let v6 = || <[u8; 16]>::try_from(octets).map(|v6| Ipv6Addr::from(v6).to_string());
    v4.or_else(|_| v6()).ok()
}

/// Lower-case hex without the leading zero byte that only marks the number as positive.
fn hex(serial: &[u8]) -> String {
    let digits = match serial {
        [0, rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    digits.iter().map(|byte| format!("{byte:02x}")).collect()
}
