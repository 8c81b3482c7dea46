//! Misbehaviour on demand.

use serde::{Deserialize, Serialize};

/// A fault. `route` is a route's name as the counters show it (`GET /containers/json`); empty means every route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum Fault {
    /// Answers late.
    Delay {
        /// Which route.
        #[serde(default)]
        route: String,
        /// How late.
        millis: u64,
    },
    /// Takes the request and never answers.
    Hang {
        /// Which route.
        #[serde(default)]
        route: String,
    },
    /// Answers with this status and message.
    Status {
        /// Which route.
        #[serde(default)]
        route: String,
        /// The status.
        status: u16,
        /// The message.
        message: String,
    },
    /// Answers 200 with this body, as JSON.
    Body {
        /// Which route.
        #[serde(default)]
        route: String,
        /// What it says.
        body: String,
    },
    /// Sends a head and the start of a body, then nothing.
    Stall {
        /// Which route.
        #[serde(default)]
        route: String,
        /// The start of the body.
        body: String,
    },
    /// Sends a head and the start of a body, then resets the connection.
    ResetMidBody {
        /// Which route.
        #[serde(default)]
        route: String,
    },
    /// Answers with something that is not HTTP.
    Garbage {
        /// Which route.
        #[serde(default)]
        route: String,
    },
    /// Answers with a head of this many bytes.
    HugeHead {
        /// Which route.
        #[serde(default)]
        route: String,
        /// How many.
        bytes: u64,
    },
    /// Closes the connection instead of answering.
    CloseBeforeHead {
        /// Which route.
        #[serde(default)]
        route: String,
    },
    /// Does what was asked, then closes the connection instead of answering.
    LoseAnswer {
        /// Which route.
        #[serde(default)]
        route: String,
    },
    /// Refuses connections and drops the open ones.
    RefuseConnections,
    /// Refuses connections and takes them again, by turns.
    Flap {
        /// How long it serves.
        up_millis: u64,
        /// How long it refuses.
        down_millis: u64,
    },
    /// Shows another engine's id.
    CloneId {
        /// The id to show.
        id: String,
    },
    /// Sets the clock off.
    ClockSkew {
        /// How far.
        millis: i64,
    },
    /// Serves no newer API than this.
    OldApi {
        /// The newest version served.
        max: String,
    },
}

impl Fault {
    /// True when it concerns a request of this route.
    pub(crate) fn concerns(&self, name: &str) -> bool {
        match self {
            Self::Delay { route, .. }
            | Self::Hang { route }
            | Self::Status { route, .. }
            | Self::Body { route, .. }
            | Self::Stall { route, .. }
            | Self::ResetMidBody { route }
            | Self::Garbage { route }
            | Self::HugeHead { route, .. }
            | Self::CloseBeforeHead { route }
            | Self::LoseAnswer { route } => route.is_empty() || route == name,
            Self::RefuseConnections
            | Self::Flap { .. }
            | Self::CloneId { .. }
            | Self::ClockSkew { .. }
            | Self::OldApi { .. } => false,
        }
    }
}
