//! The one table from errors to statuses (moby's `api/server/httpstatus`).

use http::StatusCode;

use crate::api::RefusalKind;
use crate::auth::AuthError;
use crate::error::Error;
use crate::forward::ForwardErrorKind;
use crate::parse::ParseError;

/// The status an error is answered with.
pub const fn status(error: &Error) -> StatusCode {
    match error {
        Error::Auth(AuthError::NoIdentity) => StatusCode::INTERNAL_SERVER_ERROR,
        Error::Auth(AuthError::NoCertificate) => StatusCode::UNAUTHORIZED,
        Error::Parse(ParseError::NoRoute) => StatusCode::NOT_FOUND,
        Error::Parse(
            ParseError::TooNew { .. }
            | ParseError::TooOld { .. }
            | ParseError::Name(_)
            | ParseError::TooLarge { .. }
            | ParseError::Body(_)
            | ParseError::Json(_)
            | ParseError::Query(_)
            | ParseError::Filters(_),
        ) => StatusCode::BAD_REQUEST,
        Error::Admit(refusal) | Error::Select(refusal) | Error::Handler(refusal) => {
            of_refusal(refusal.kind)
        }
        Error::Forward(error) => of_forward(error.kind),
    }
}

const fn of_refusal(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::BadInput => StatusCode::BAD_REQUEST,
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::Conflict => StatusCode::CONFLICT,
        RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        RefusalKind::NotImplemented => StatusCode::NOT_IMPLEMENTED,
        RefusalKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        RefusalKind::BadGateway => StatusCode::BAD_GATEWAY,
        RefusalKind::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

const fn of_forward(kind: ForwardErrorKind) -> StatusCode {
    match kind {
        ForwardErrorKind::Connect | ForwardErrorKind::Deadline | ForwardErrorKind::Lost => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        ForwardErrorKind::Closed | ForwardErrorKind::Garbage => StatusCode::BAD_GATEWAY,
        ForwardErrorKind::RequestBody => StatusCode::BAD_REQUEST,
    }
}
