//! The API versions that the endpoint offers.

use swarm_middleware::api::ApiVersion;

use crate::cluster::{EngineFacts, Snapshot};

/// The oldest and the newest version a client may speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What `MinAPIVersion` says.
    pub minimum: ApiVersion,
    /// What `Api-Version` says.
    pub maximum: ApiVersion,
}

impl Default for Offer {
    /// What is offered while no engine is known: 1.24 is the oldest version that every engine
    /// taken in serves, and 1.41 is spoken by every client and engine since 2020, so that a
    /// version negotiated now still holds once engines answer.
    fn default() -> Self {
        Self {
            minimum: ApiVersion::v1(24),
            maximum: ApiVersion::v1(41),
        }
    }
}

/// What all healthy engines serve; while none is healthy, what all that ever answered served.
///
/// Where engines have no version in common, the newest of the oldest engine is all there is.
pub fn offer(snapshot: &Snapshot) -> Offer {
    let healthy = snapshot.engines().filter(|engine| engine.is_healthy());
    common(healthy.filter_map(|engine| engine.facts.as_deref()))
        .or_else(|| {
            common(
                snapshot
                    .engines()
                    .filter_map(|engine| engine.facts.as_deref()),
            )
        })
        .unwrap_or_default()
}

fn common<'a>(engines: impl Iterator<Item = &'a EngineFacts>) -> Option<Offer> {
    let both = engines.map(|facts| (facts.min_api, facts.api));
    let narrow =
        |a: (ApiVersion, ApiVersion), b: (ApiVersion, ApiVersion)| (a.0.max(b.0), a.1.min(b.1));
    let (minimum, maximum) = both.reduce(narrow)?;
    Some(Offer {
        minimum: minimum.min(maximum),
        maximum,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::EngineStatus;
    use crate::handlers::testing::Lab;

    fn range(minimum: u16, maximum: u16) -> Offer {
        Offer {
            minimum: ApiVersion::v1(minimum),
            maximum: ApiVersion::v1(maximum),
        }
    }

    #[test]
    fn the_offer_is_what_all_healthy_engines_serve() {
        let mut lab = Lab::new();
        assert_eq!(offer(lab.snapshot()), range(24, 41));
        lab.join(9);
        assert_eq!(offer(lab.snapshot()), range(24, 41));
        for (node, minimum, maximum) in [(1, 12, 41), (2, 24, 47)] {
            lab.engine(node, |facts| {
                (facts.min_api, facts.api) = (ApiVersion::v1(minimum), ApiVersion::v1(maximum));
            });
        }
        assert_eq!(offer(lab.snapshot()), range(24, 41));
        lab.status(1, EngineStatus::Unhealthy, None);
        assert_eq!(offer(lab.snapshot()), range(24, 47));
        lab.status(2, EngineStatus::Unhealthy, None);
        assert_eq!(offer(lab.snapshot()), range(24, 41));
    }

    #[test]
    fn engines_without_a_common_version_leave_the_older_ones() {
        let mut lab = Lab::new();
        for (node, minimum, maximum) in [(1, 12, 41), (2, 44, 52)] {
            lab.engine(node, |facts| {
                (facts.min_api, facts.api) = (ApiVersion::v1(minimum), ApiVersion::v1(maximum));
            });
        }
        assert_eq!(offer(lab.snapshot()), range(41, 41));
    }
}
