//! Container labels: a compact map, and the keys that mean something here.

/// Label with a JSON array of constraint expressions.
pub const CONSTRAINTS: &str = "com.docker.swarm.constraints";
/// Label with a JSON array of affinity expressions.
pub const AFFINITIES: &str = "com.docker.swarm.affinities";
/// Label with a JSON array of whitelist expressions.
pub const WHITELISTS: &str = "com.docker.swarm.whitelists";
/// Label with a JSON array of rescheduling policies.
pub const RESCHEDULE: &str = "com.docker.swarm.reschedule-policies";
/// Label with the id a container keeps when it is re-created elsewhere.
pub const SWARM_ID: &str = "com.docker.swarm.id";
/// Label by which Testcontainers marks what belongs to one test session.
pub const TESTCONTAINERS_SESSION: &str = "org.testcontainers.sessionId";

/// Labels of one container, sorted by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels(Box<[(Box<str>, Box<str>)]>);

impl Labels {
    /// Reads a JSON object of strings; anything else in it is left out.
    pub fn from_json(value: Option<&serde_json::Value>) -> Self {
        let Some(map) = value.and_then(serde_json::Value::as_object) else {
            return Self::default();
        };
        map.iter()
            .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
            .collect()
    }

    /// The value of a label.
    pub fn get(&self, key: &str) -> Option<&str> {
        let at = self
            .0
            .binary_search_by(|(have, _)| (**have).cmp(key))
            .ok()?;
        Some(&self.0[at].1)
    }

    /// All labels in order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Labels {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(labels: I) -> Self {
        let map: std::collections::BTreeMap<_, _> = labels.into_iter().collect();
        let list = map
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()));
        Self(list.collect())
    }
}
