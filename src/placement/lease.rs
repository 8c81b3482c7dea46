//! Promises: what a create will occupy, from the decision until the container shows.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cluster::NodeKey;
use crate::scheduler::Workload;

/// Every promise that is held, and the one critical section in which new ones are made.
#[derive(Clone, Debug, Default)]
pub struct Leases(Arc<Mutex<Table>>);

/// What is promised, as decisions see it.
#[derive(Debug, Default)]
pub struct Table {
    next: u64,
    held: BTreeMap<u64, Promise>,
}

/// One promise.
#[derive(Clone, Debug)]
pub struct Promise {
    /// The node it is on; none while only the name is promised.
    pub node: Option<NodeKey>,
    /// What it occupies there.
    pub workload: Arc<Workload>,
}

/// A promise that ends when it is dropped.
#[derive(Debug)]
pub struct Lease {
    number: u64,
    leases: Leases,
}

impl Leases {
    /// Decides and records in one step: no other decision sees the state between the two.
    ///
    /// # Errors
    /// Whatever `decide` answers; nothing is recorded then.
    pub fn promise<T, E>(
        &self,
        decide: impl FnOnce(&Table) -> Result<(Promise, T), E>,
    ) -> Result<(Lease, T), E> {
        let mut table = self.lock();
        let (promise, outcome) = decide(&table)?;
        let number = table.next;
        table.next += 1;
        table.held.insert(number, promise);
        Ok((
            Lease {
                number,
                leases: self.clone(),
            },
            outcome,
        ))
    }

    /// Decides anew for a promise that is held, as if it were not; what is decided replaces it.
    ///
    /// # Errors
    /// Whatever `decide` answers; the promise stays as it was then.
    pub fn exchange<T, E>(
        &self,
        lease: &Lease,
        decide: impl FnOnce(&Table) -> Result<(Promise, T), E>,
    ) -> Result<T, E> {
        let mut table = self.lock();
        let before = table.held.remove(&lease.number);
        match decide(&table) {
            Ok((promise, outcome)) => {
                table.held.insert(lease.number, promise);
                Ok(outcome)
            }
            Err(error) => {
                table
                    .held
                    .extend(before.map(|before| (lease.number, before)));
                Err(error)
            }
        }
    }

    /// Looks at what is promised.
    pub fn look<T>(&self, look: impl FnOnce(&Table) -> T) -> T {
        look(&self.lock())
    }

    /// How many promises are held.
    pub fn len(&self) -> usize {
        self.lock().held.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.lock().held.is_empty()
    }

    /// A panic inside a decision records nothing, so the table is whole all the same.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// The promises on a node.
    pub fn on(&self, node: NodeKey) -> impl Iterator<Item = &Arc<Workload>> {
        self.held
            .values()
            .filter(move |promise| promise.node == Some(node))
            .map(|promise| &promise.workload)
    }

    /// Whether a container of this name is promised.
    pub fn names(&self, name: &str) -> bool {
        self.held
            .values()
            .any(|promise| promise.workload.has_name(name))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.leases.lock().held.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promise(name: &str) -> Promise {
        let workload = Workload {
            names: Box::new([name.into()]),
            ..Workload::default()
        };
        Promise {
            node: Some(NodeKey(1)),
            workload: Arc::new(workload),
        }
    }

    #[test]
    fn a_promise_lasts_as_long_as_its_lease() {
        let leases = Leases::default();
        let (lease, ()) = leases
            .promise(|_| Ok::<_, ()>((promise("web"), ())))
            .unwrap();
        let taken = leases.promise(|table| match table.names("web") {
            true => Err("taken"),
            false => Ok((promise("web"), table.on(NodeKey(1)).count())),
        });
        assert_eq!(taken.unwrap_err(), "taken");
        drop(lease);
        assert!(leases.is_empty());
    }

    #[test]
    fn an_exchange_does_not_see_its_own_promise() {
        let leases = Leases::default();
        let (lease, ()) = leases
            .promise(|_| Ok::<_, ()>((promise("web"), ())))
            .unwrap();
        let refused = leases.exchange(&lease, |table| match table.names("web") {
            true => Ok((promise("seen"), ())),
            false => Err("unseen"),
        });
        assert_eq!(refused, Err("unseen"));
        assert!(leases.look(|table| table.names("web")));
        let done = leases.exchange(&lease, |_| Ok::<_, ()>((promise("db"), ())));
        assert_eq!(done, Ok(()));
        assert!(leases.look(|table| table.names("db") && !table.names("web")));
        drop(lease);
        assert!(leases.is_empty());
    }

    #[test]
    fn racing_creates_of_one_name_get_one_lease() {
        let leases = Leases::default();
        let won: Vec<Lease> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        leases.promise(|table| match table.names("web") {
                            true => Err(()),
                            false => Ok((promise("web"), ())),
                        })
                    })
                })
                .collect();
            racers
                .into_iter()
                .filter_map(|racer| racer.join().unwrap().ok())
                .map(|(l, ())| l)
                .collect()
        });
        assert_eq!(won.len(), 1);
    }
}
