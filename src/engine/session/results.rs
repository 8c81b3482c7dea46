//! What becomes of what was read.

use std::sync::Arc;
use std::time::SystemTime;

use tokio::time::Instant;
use tracing::debug;

use super::Session;
use crate::cluster::{Ack, Change, Container};
use crate::engine::error::EngineError;
use crate::engine::facts;
use crate::engine::lists::{self, Lists};
use crate::engine::plan::Target;
use crate::engine::read::{self, Seen};

impl Session<'_> {
    pub(super) async fn on_ping(
        &mut self,
        result: Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        self.pinging = false;
        let Err(error) = result else {
            if self.monitor.health.alive() {
                self.monitor.publish_status(None, Vec::new()).await;
            }
            return Ok(());
        };
        let timing = self.monitor.context.options.timing;
        self.next_ping = Instant::now() + timing.ping_retry;
        let failures = self.monitor.health.failures();
        if failures + 1 >= self.monitor.context.options.failure_retry {
            return Err(error); // counted where sessions end
        }
        self.monitor.fail(&error).await;
        Ok(())
    }

    /// Takes note of a container; what could not be read is left to the next full list.
    ///
    /// Whoever waits for it is told by the dropped ack then.
    pub(super) async fn on_container(
        &mut self,
        id: Arc<str>,
        seen: Result<Seen, EngineError>,
    ) -> Result<(), EngineError> {
        self.seen[0].forget();
        let Some((raw, inspect)) = seen? else {
            self.remove(&id, Vec::new()).await;
            return Ok(());
        };
        let node = &self.connected.node;
        let mut container = Container::from_engine(&raw, inspect.as_ref(), node)
            .map_err(|error| EngineError::garbage(&id, &error))?;
        if inspect
            .as_ref()
            .is_some_and(|inspect| !read::agree(&raw, inspect))
        {
            // The list it came from is behind by now.
            self.plan.request(Target::Container(Arc::clone(&id)), None);
        }
        if inspect.is_none() {
            let snapshot = self.monitor.context.view.snapshot();
            let engine = snapshot.engine(node.key);
            if let Some(old) = engine.and_then(|engine| engine.container(&id)) {
                container.carry_over(old);
            }
        }
        self.inspected.push(Arc::new(container));
        Ok(())
    }

    /// Reads everything soon, after something could not be read.
    pub(super) fn read_all_soon(&mut self, error: &EngineError) {
        let node = &self.connected.node.name;
        debug!(%node, %error, "A container could not be read");
        let soon = Instant::now() + self.monitor.context.options.timing.ping_retry;
        self.next_refresh = self.next_refresh.min(soon);
    }

    pub(super) async fn remove(&mut self, id: &Arc<str>, acks: Vec<Ack>) {
        self.seen[0].forget();
        self.publish_inspected(Vec::new()).await;
        self.send(Change::Removed(Arc::clone(id)), acks).await;
    }

    pub(super) async fn on_list(
        &mut self,
        target: &Target,
        bytes: &[u8],
        acks: Vec<Ack>,
    ) -> Result<(), EngineError> {
        let at = match target {
            Target::Images => 1,
            Target::Networks => 2,
            _ => 3,
        };
        if self.seen[at].same(bytes) {
            if !acks.is_empty() {
                self.send(Change::Barrier, acks).await;
            }
            return Ok(());
        }
        let change = match at {
            1 => Change::Images(lists::objects(lists::IMAGES, bytes)?),
            2 => Change::Networks(lists::objects(lists::NETWORKS, bytes)?),
            _ => Change::Volumes(lists::volumes(bytes)?),
        };
        self.send(change, acks).await;
        Ok(())
    }

    pub(super) async fn on_all(
        &mut self,
        lists: &Lists,
        acks: Vec<Ack>,
    ) -> Result<(), EngineError> {
        if !self.seen[0].same(&lists.containers) {
            self.on_containers(&lists.containers).await?;
        }
        self.on_list(&Target::Images, &lists.images, Vec::new())
            .await?;
        self.on_list(&Target::Networks, &lists.networks, Vec::new())
            .await?;
        self.on_list(&Target::Volumes, &lists.volumes, acks).await?;
        self.synced = true;
        self.monitor.succeed().await;
        Ok(())
    }

    pub(super) async fn on_containers(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        self.publish_inspected(Vec::new()).await;
        let context = Arc::clone(&self.monitor.context);
        // What was sent before has to be seen here, or a container would be inspected twice.
        context.cluster.apply(context.key, Change::Barrier).await;
        let known = context.view.snapshot();
        let known = known.engine(context.key).map(|e| Arc::clone(&e.containers));
        let known = known.unwrap_or_default();
        let node = &self.connected.node;
        let listed = lists::containers(bytes, &known, node, seconds_now())?;
        let unknown = |id: &Arc<str>| known.get(id).is_none_or(|c| !c.is_settled());
        let uncounted = listed.inspect.iter().any(|(id, _)| unknown(id));
        let ids: Vec<_> = listed
            .inspect
            .iter()
            .map(|(id, _)| Arc::clone(id))
            .collect();
        self.plan.set_background(ids);
        self.entries = listed.inspect.into_iter().collect();
        self.send(Change::Containers(listed.containers), Vec::new())
            .await;
        if uncounted || !self.synced {
            self.settled = false;
        }
        if uncounted {
            self.send(Change::Settled(false), Vec::new()).await;
        }
        Ok(())
    }

    pub(super) async fn on_facts(&mut self, read: facts::Read, acks: Vec<Ack>) {
        facts::warn_of_skew(&read, &self.monitor.context.address);
        let node = self.monitor.publish_facts(Arc::new(read.facts)).await;
        let old = &self.connected.node;
        let same = (&old.name, &old.ip, &old.ipv6) == (&node.name, &node.ip, &node.ipv6)
            && old.workload.ncpu == node.workload.ncpu;
        self.connected.node = node;
        if !same {
            self.seen[0].forget();
            self.plan.request(Target::All, None);
        }
        self.send(Change::Barrier, acks).await;
    }
}

fn seconds_now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
