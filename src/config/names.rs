//! Names of strategies, filters and the cluster driver.

/// The filters, in the order in which they are applied when none is named.
pub(crate) const FILTERS: [&str; 7] = [
    "health",
    "port",
    "containerslots",
    "dependency",
    "affinity",
    "constraint",
    "whitelist",
];

/// Reads a strategy name; `binpacking` is the old name of `binpack`.
///
/// # Errors
///
/// When there is no such strategy.
pub fn parse_strategy(name: &str) -> Result<String, String> {
    match name {
        "spread" | "binpack" | "random" => Ok(name.to_owned()),
        "binpacking" => Ok("binpack".to_owned()),
        _ => Err("the strategies are spread, binpack and random".to_owned()),
    }
}

/// Reads a filter name.
///
/// # Errors
///
/// When there is no such filter.
pub fn parse_filter(name: &str) -> Result<String, String> {
    if FILTERS.contains(&name) {
        return Ok(name.to_owned());
    }
    Err(format!("the filters are {}", FILTERS.join(", ")))
}

/// Reads the name of the cluster driver, of which there is one.
///
/// # Errors
///
/// When it is another name.
pub fn parse_cluster_driver(name: &str) -> Result<String, String> {
    match name {
        "swarm" => Ok(name.to_owned()),
        _ => Err("the one cluster driver is swarm".to_owned()),
    }
}
