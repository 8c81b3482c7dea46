//! What a build asks of placement: pure.

use serde_json::{Map, Value, json};
use swarm_middleware::api::{ApiVersion, Query};

use crate::scheduler::directive::Directive;
use crate::scheduler::{Spec, SpecError, SpecOptions};

/// Takes the placement wishes out of the build arguments; the query the engine gets, and the
/// wishes as they would stand in a create's `Env`.
pub fn take(query: &Query) -> (Query, Vec<String>) {
    let text = query.get("buildargs").unwrap_or_default();
    // What is no object is the engine's to refuse.
    let Ok(Value::Object(args)) = serde_json::from_str(&text) else {
        return (query.clone(), Vec::new());
    };
    let mut wishes = Vec::new();
    let kept: Map<String, Value> = args
        .into_iter()
        .filter(|(key, value)| match wish(key, value) {
            Some(wish) => {
                wishes.push(wish);
                false
            }
            None => true,
        })
        .collect();
    if wishes.is_empty() {
        return (query.clone(), wishes);
    }
    let kept = (!kept.is_empty()).then(|| Value::Object(kept).to_string());
    (query.with("buildargs", kept.as_deref()), wishes)
}

/// Clients cut `constraint:storage==ssd` in two at the first `=`.
fn wish(key: &str, value: &Value) -> Option<String> {
    Directive::from_env(key)?;
    Some(match value.as_str() {
        Some(value) => format!("{key}={value}"),
        None => key.to_owned(),
    })
}

/// What placement is asked: the wishes, and the resources, network and platform of the query.
///
/// # Errors
/// When a wish or the platform is not valid.
pub fn spec(
    query: &Query,
    wishes: &[String],
    version: ApiVersion,
    options: &SpecOptions,
) -> Result<Spec, SpecError> {
    let number = |key: &str| query.number(key).ok().flatten().unwrap_or(0);
    let body = json!({
        "Env": wishes,
        "HostConfig": {
            "Memory": number("memory"),
            "CpuShares": number("cpushares"),
            "NanoCpus": nano_cpus(number("cpuquota"), number("cpuperiod")),
            "NetworkMode": query.get("networkmode").unwrap_or_default(),
        },
    });
    let platform = query.get("platform");
    Spec::parse(None, platform.as_deref(), version, &body, options)
}

/// A quota is the time on CPUs within each period, 100 ms where none is given.
fn nano_cpus(quota: i64, period: i64) -> i64 {
    let period = if period > 0 { period } else { 100_000 };
    let nano = i128::from(quota.max(0)) * 1_000_000_000 / i128::from(period);
    i64::try_from(nano).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(args: &Value) -> Query {
        Query::new("t=x&rm=1").with("buildargs", Some(&args.to_string()))
    }

    #[test]
    fn wishes_leave_the_build_arguments() {
        let args = json!({"constraint:storage": "=ssd", "HTTP_PROXY": "p", "NONE": null,
            "affinity:image!": "x", "whitelist:node": "=a|b"});
        let (rest, wishes) = take(&query(&args));
        assert_eq!(
            wishes,
            [
                "constraint:storage==ssd",
                "affinity:image!=x",
                "whitelist:node==a|b"
            ]
        );
        let kept: Value = serde_json::from_str(&rest.get("buildargs").unwrap()).unwrap();
        assert_eq!(kept, json!({"HTTP_PROXY": "p", "NONE": null}));
        assert_eq!(rest.get("t").as_deref(), Some("x"));
        let (rest, _) = take(&query(&json!({"constraint:node": "=a"})));
        assert_eq!(rest.as_str(), "t=x&rm=1");
    }

    #[test]
    fn other_queries_stay_as_they_are() {
        for raw in ["t=x", "buildargs=%7B%7D", "buildargs=oops&t=%20x", ""] {
            let (rest, wishes) = take(&Query::new(raw));
            assert_eq!((rest.as_str(), wishes.len()), (raw, 0));
        }
    }

    #[test]
    fn resources_platform_and_network_count() {
        let parse = |raw: &str, wishes: &[&str]| {
            let wishes: Vec<String> = wishes.iter().map(|wish| (*wish).to_owned()).collect();
            let options = SpecOptions::default();
            spec(&Query::new(raw), &wishes, ApiVersion::v1(41), &options)
        };
        let raw = "memory=1048576&cpuquota=150000&cpuperiod=100000&networkmode=mine&platform=linux";
        let found = parse(raw, &["constraint:storage==ssd"]).unwrap();
        assert_eq!((found.memory, found.nano_cpus), (1 << 20, 1_500_000_000));
        assert_eq!(found.networks.len(), 1);
        assert_eq!(found.constraints.len(), 1);
        assert!(found.platform.is_some());
        let idle = parse("memory=0&cpuquota=-1&networkmode=default", &[]).unwrap();
        assert_eq!((idle.memory, idle.nano_cpus), (0, 0));
        assert!(idle.networks.is_empty());
        for (raw, wish) in [
            ("platform=a/b/c/d", "constraint:storage==ssd"),
            ("", "constraint:storage"),
        ] {
            assert!(parse(raw, &[wish]).is_err(), "{raw} {wish}");
        }
    }
}
