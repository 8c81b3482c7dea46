//! Whether a create that failed may be placed again: pure.

use http::StatusCode;
use swarm_middleware::error::Error;

use crate::config::{ClusterOptions, ImageTransfer};
use crate::handlers::ask::Answer;
use crate::placement::Amendment;
use crate::scheduler::Spec;
use crate::scheduler::expr::Operator;
use crate::scheduler::images::ImageName;

/// The chances a create has left.
#[derive(Debug)]
pub(super) struct Chances {
    image: std::sync::Arc<str>,
    /// Once, to a node that holds the image.
    by_image: bool,
    /// So often, to another node.
    elsewhere: u32,
}

impl Chances {
    /// As `swarm.image-transfer` and `swarm.createretry` say. Whoever insists on a node wants the
    /// image there.
    pub(super) fn new(options: &ClusterOptions, spec: &Spec) -> Self {
        let mut constraints = spec.constraints.iter();
        let insists = constraints
            .any(|expr| expr.key == "node" && expr.operator == Operator::Equal && !expr.soft);
        Self {
            image: spec.image.clone(),
            by_image: options.image_transfer == ImageTransfer::Off && !insists,
            elsewhere: options.createretry,
        }
    }

    /// What to ask for besides after this outcome; none when it stands. An outcome that is not
    /// known stands: the container may be there.
    pub(super) fn after(&mut self, outcome: &Result<Answer, Error>) -> Option<Amendment> {
        let failed = match outcome {
            Ok(answer) if self.by_image && lacks_image(answer, &self.image) => {
                self.by_image = false;
                return Some(Amendment::HoldsImage);
            }
            Ok(answer) => answer.status.is_server_error(),
            Err(Error::Forward(error)) => !error.started,
            Err(_) => false,
        };
        if !failed || self.elsewhere == 0 {
            return None;
        }
        self.elsewhere -= 1;
        Some(Amendment::AnotherNode)
    }
}

/// Engines answer 404 for missing images, networks and more; only the sentence tells, and it
/// names the image that was asked for.
pub(super) fn lacks_image(answer: &Answer, image: &str) -> bool {
    if answer.status != StatusCode::NOT_FOUND {
        return false;
    }
    const SENTENCE: &str = "no such image";
    let message = answer.message();
    let Some((start, rest)) = message.split_at_checked(SENTENCE.len()) else {
        return false;
    };
    if !start.eq_ignore_ascii_case(SENTENCE) {
        return false;
    }
    // Engines name it as it was asked for, with the tag filled in or apart, or in full.
    let named = rest.trim_start_matches(':').split_whitespace().next();
    named.is_none_or(|named| {
        let repository = |text: &str| ImageName::parse(text).repository;
        named.contains(image) || repository(named) == repository(image)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use swarm_middleware::forward::{ForwardError, ForwardErrorKind};

    use super::*;
    use crate::scheduler::SpecOptions;

    fn answer(status: u16, message: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            body: json!({ "message": message }).to_string().into(),
        }
    }

    fn missing(image: &str) -> Answer {
        answer(404, &format!("No such image: {image}"))
    }

    fn chances(options: &ClusterOptions, constraint: &str) -> Chances {
        let env = [format!("constraint:{constraint}")];
        let body = json!({ "Image": "busybox", "Env": env });
        let options_of = SpecOptions::default();
        Chances::new(
            options,
            &Spec::parse(None, None, None, &body, &options_of).unwrap(),
        )
    }

    fn broken(started: bool) -> Result<Answer, Error> {
        Err(Error::Forward(ForwardError {
            node: Arc::from("a"),
            kind: ForwardErrorKind::Connect,
            reused: false,
            started,
            source: "refused".into(),
        }))
    }

    #[test]
    fn only_the_sentence_about_this_image_counts() {
        for (image, message) in [
            ("busybox", "No such image: busybox:latest"),
            ("busybox:1", "no such image: busybox (tag: 1)"),
            ("a/b", "No such image: docker.io/a/b:latest"),
            ("a/b@sha256:0f", "No such image: a/b@sha256:0f"),
            ("0f0f", "No such image: sha256:0f0f"),
            ("busybox", "no such image"),
        ] {
            assert!(lacks_image(&answer(404, message), image), "{message}");
            assert!(!lacks_image(&answer(500, message), image), "{message}");
        }
        for message in [
            "network no such image: busybox not found",
            "No such container: busybox",
            "No such image: other:latest",
            "",
            "no such imag\u{e9}",
        ] {
            assert!(!lacks_image(&answer(404, message), "busybox"), "{message}");
        }
    }

    #[test]
    fn a_missing_image_is_looked_for_once_unless_copied_or_insisted_on() {
        let off = ClusterOptions {
            image_transfer: ImageTransfer::Off,
            ..ClusterOptions::default()
        };
        let mut free = chances(&off, "node==~a");
        let outcome = Ok(missing("busybox:latest"));
        assert_eq!(free.after(&outcome), Some(Amendment::HoldsImage));
        assert_eq!(free.after(&outcome), None);
        assert_eq!(chances(&off, "node==a").after(&outcome), None);
        let on = ClusterOptions::default();
        assert_eq!(chances(&on, "node==~a").after(&outcome), None);
    }

    #[test]
    fn what_may_have_been_done_is_not_done_again() {
        let options = ClusterOptions {
            createretry: 3,
            ..ClusterOptions::default()
        };
        let mut chances = chances(&options, "node==a");
        assert_eq!(chances.after(&broken(true)), None);
        for stands in [answer(201, ""), answer(409, ""), missing("busybox")] {
            assert_eq!(chances.after(&Ok(stands)), None);
        }
        assert_eq!(chances.after(&broken(false)), Some(Amendment::AnotherNode));
        for left in [true, true, false] {
            let amendment = chances.after(&Ok(answer(500, "no space left")));
            assert_eq!(amendment.is_some(), left);
        }
    }
}
