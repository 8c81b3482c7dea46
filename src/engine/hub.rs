//! Events of all engines, for any number of listeners.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;
use tokio::sync::broadcast;

use super::event::EngineEvent;
use crate::cluster::NodeKey;

/// As many events as engines keep themselves.
const RING: usize = 256;
/// A listener that is so many events behind is cut off.
const BACKLOG: usize = 4096;

/// Keeps the last events of each engine, and passes new ones on.
#[derive(Debug)]
pub struct EventHub {
    rings: Mutex<FxHashMap<NodeKey, VecDeque<Arc<EngineEvent>>>>,
    live: broadcast::Sender<Arc<EngineEvent>>,
}

/// A listener that could not keep up; it has missed events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the listener fell too far behind the events")]
pub struct Lagged;

/// What was, and what comes, without gap or double.
#[derive(Debug)]
pub struct Subscription {
    /// The events kept, by time.
    pub past: Vec<Arc<EngineEvent>>,
    live: broadcast::Receiver<Arc<EngineEvent>>,
}

impl Subscription {
    /// The next event; none once there will be no more.
    ///
    /// # Errors
    /// When events were missed.
    pub async fn next(&mut self) -> Result<Option<Arc<EngineEvent>>, Lagged> {
        match self.live.recv().await {
            Ok(event) => Ok(Some(event)),
            Err(broadcast::error::RecvError::Closed) => Ok(None),
            Err(broadcast::error::RecvError::Lagged(_)) => Err(Lagged),
        }
    }
}

impl Default for EventHub {
    fn default() -> Self {
        Self {
            rings: Mutex::default(),
            live: broadcast::channel(BACKLOG).0,
        }
    }
}

impl EventHub {
    fn rings(&self) -> MutexGuard<'_, FxHashMap<NodeKey, VecDeque<Arc<EngineEvent>>>> {
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an event and passes it on; false where it is known already, as after a reconnect.
    pub fn publish(&self, event: &Arc<EngineEvent>) -> bool {
        let mut rings = self.rings();
        let fresh = keep(&mut rings, event);
        if fresh {
            // Nobody listening is no failure. Under the lock, so that a subscription made at this
            // moment has the event either in its past or live.
            let _ = self.live.send(Arc::clone(event));
        }
        fresh
    }

    /// Keeps an event from before the manager looked, without passing it on.
    pub fn remember(&self, event: &Arc<EngineEvent>) {
        keep(&mut self.rings(), event);
    }

    /// How many listen now.
    pub fn listeners(&self) -> usize {
        self.live.receiver_count()
    }

    /// Forgets an engine.
    pub fn forget(&self, node: NodeKey) {
        self.rings().remove(&node);
    }

    /// Events kept, and those to come.
    pub fn subscribe(&self) -> Subscription {
        let rings = self.rings();
        let live = self.live.subscribe();
        let mut past: Vec<_> = rings.values().flatten().cloned().collect();
        drop(rings);
        past.sort_by_key(|event| event.time_nano);
        Subscription { past, live }
    }

    /// Events to come only; `past` is empty and costs nothing.
    pub fn listen(&self) -> Subscription {
        Subscription {
            past: Vec::new(),
            live: self.live.subscribe(),
        }
    }
}

fn keep(
    rings: &mut FxHashMap<NodeKey, VecDeque<Arc<EngineEvent>>>,
    event: &Arc<EngineEvent>,
) -> bool {
    let ring = rings.entry(event.node).or_default();
    let newest = ring.back().map_or(i64::MIN, |last| last.time_nano);
    let same =
        |have: &Arc<EngineEvent>| have.time_nano == event.time_nano && have.bytes == event.bytes;
    if event.time_nano <= newest && ring.iter().any(same) {
        return false;
    }
    if ring.len() == RING {
        ring.pop_front();
    }
    ring.push_back(Arc::clone(event));
    true
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn event(node: u32, time: i64, action: &str) -> Arc<EngineEvent> {
        let json = format!(
            r#"{{"Type":"container","Action":"{action}","Actor":{{"ID":"c","Attributes":{{"name":"web"}}}},"timeNano":{time}}}"#
        );
        Arc::new(EngineEvent::parse(NodeKey(node), json.into()).unwrap())
    }

    #[tokio::test]
    async fn past_and_live_meet_without_gap_or_double() {
        let hub = EventHub::default();
        hub.remember(&event(1, 5, "create"));
        assert!(hub.publish(&event(2, 3, "start")));
        let mut subscription = hub.subscribe();
        assert!(hub.publish(&event(1, 6, "start")));
        assert!(
            !hub.publish(&event(1, 6, "start")),
            "sent again after a reconnect"
        );
        assert!(
            hub.publish(&event(1, 6, "attach")),
            "two events at one time"
        );
        let past: Vec<_> = subscription.past.iter().map(|e| e.time_nano).collect();
        assert_eq!(past, [3, 5]);
        for action in ["start", "attach"] {
            let next = subscription.next().await.unwrap().unwrap();
            assert_eq!((next.verb(), next.time_nano), (action, 6));
            assert_eq!(next.attributes.get("name"), Some("web"));
        }
        drop(hub);
        assert!(subscription.next().await.unwrap().is_none());
    }

    #[tokio::test]
    async fn each_engine_keeps_its_last_events_and_a_slow_listener_is_told() {
        let hub = EventHub::default();
        let mut slow = hub.listen();
        for time in 0..i64::try_from(BACKLOG).unwrap() + 1 {
            hub.publish(&event(1, time, "start"));
        }
        hub.publish(&event(2, 1, "start"));
        assert_eq!(hub.subscribe().past.len(), RING + 1);
        hub.forget(NodeKey(1));
        assert_eq!(hub.subscribe().past.len(), 1);
        assert_eq!(slow.next().await.unwrap_err(), Lagged);
    }

    #[test]
    fn events_of_old_engines_are_read_too() {
        let old = br#"{"status":"exec_create: sh -c x","id":"c","from":"busybox","time":7}"#;
        let old = EngineEvent::parse(NodeKey(1), Bytes::from_static(old)).unwrap();
        assert_eq!(
            (&*old.kind, old.verb(), &*old.id),
            ("container", "exec_create", "c")
        );
        assert_eq!(old.time_nano, 7_000_000_000);
        for bad in ["", "[]", "{", "null"] {
            assert!(EngineEvent::parse(NodeKey(1), bad.into()).is_err(), "{bad}");
        }
    }
}
