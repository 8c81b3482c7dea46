//! Simulated engines and the real program in front of them, together.

use std::io;

use crate::{Engine, EngineOptions, RunningEngine, manager::Manager};

/// Simulated engines and a manager in front of them.
#[derive(Debug)]
pub struct Cluster {
    /// The engines, in the order they were given.
    pub engines: Vec<RunningEngine>,
    /// The manager.
    pub manager: Manager,
}

impl Cluster {
    /// Starts engines and a manager, and waits until every engine was read.
    ///
    /// # Errors
    /// When one of them cannot be started.
    pub async fn start(
        program: &str,
        engines: impl IntoIterator<Item = EngineOptions>,
        args: &[&str],
    ) -> io::Result<Self> {
        let mut running = Vec::new();
        for options in engines {
            running.push(Engine::start(options).await?);
        }
        let manager = Manager::start(program, &addresses(&running), args).await?;
        manager.until_healthy(running.len()).await;
        Ok(Self {
            engines: running,
            manager,
        })
    }

    /// The engine of that name.
    pub fn engine(&self, name: &str) -> &Engine {
        let found = self.engines.iter().find(|one| one.engine().name() == name);
        found.unwrap_or_else(|| panic!("no engine {name}")).engine()
    }

    /// The names of an engine's containers, sorted.
    pub fn names_on(&self, engine: &str) -> Vec<String> {
        let containers = self.engine(engine).containers();
        let mut names: Vec<String> = containers.into_iter().map(|(_, name)| name).collect();
        names.sort();
        names
    }

    /// The engines that hold a container of that name.
    pub fn holders(&self, container: &str) -> Vec<String> {
        let engines = self.engines.iter().map(|one| one.engine());
        engines
            .filter(|engine| {
                engine
                    .containers()
                    .iter()
                    .any(|(_, name)| name == container)
            })
            .map(Engine::name)
            .collect()
    }

    /// How many requests of a route all engines have seen.
    pub fn requests(&self, route: &str) -> u64 {
        let engines = self.engines.iter().map(|one| one.engine());
        engines
            .filter_map(|engine| engine.counters().requests.get(route).copied())
            .sum()
    }
}

/// The addresses of engines, as `swarm manage` takes them.
pub fn addresses(engines: &[RunningEngine]) -> String {
    let all: Vec<String> = engines.iter().map(|one| one.addr.to_string()).collect();
    all.join(",")
}
