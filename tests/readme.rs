//! README's route table is the one that the endpoint has.

use swarm_middleware::api::{Operation, Route, Treatment};
use swarm_middleware::parse::routes::TABLES;

const BEGIN: &str = "<!-- routes: begin -->\n";
const END: &str = "<!-- routes: end -->";

fn treatment(route: &Route) -> &'static str {
    match route.treatment {
        _ if [Operation::BuildCancel, Operation::Session, Operation::Grpc]
            .contains(&route.operation) =>
        {
            "the client's build node"
        }
        Treatment::Local => "answered by the endpoint",
        Treatment::Aggregate => "all nodes, merged",
        Treatment::Broadcast => "every node that matters",
        Treatment::Schedule => "a node is chosen",
        Treatment::Container => "the container's node",
        Treatment::Exec => "the exec's node",
        Treatment::Image => "a node that has the image",
        Treatment::Network => "the network's node",
        Treatment::Volume => "the volume's node",
        Treatment::AnyNode => "any healthy node",
        Treatment::OutsideSwarmMode => "503, as outside swarm mode",
        Treatment::NotImplemented if route.pattern.starts_with("/plugins") => {
            "501: plugins are managed on each engine"
        }
        Treatment::NotImplemented => "501: not an operation of a cluster",
    }
}

fn table() -> String {
    let mut table = String::from("| method | path | treatment |\n|---|---|---|\n");
    for route in TABLES.iter().copied().flatten() {
        let (method, pattern) = (&route.method, route.pattern);
        table += &format!("| {method} | `{pattern}` | {} |\n", treatment(route));
    }
    table.push_str(
        "| any | `/swarm…`, `/nodes…`, `/services…`, `/tasks…`, `/secrets…`, `/configs…` ",
    );
    table.push_str("| 503, as an engine outside swarm mode |\n");
    table.push_str("| OPTIONS | any | answered by the endpoint |\n");
    table.push_str("| any | anything else | 404 `page not found` |\n");
    table
}

#[test]
fn the_route_table_in_readme_is_the_real_one() {
    let readme = include_str!("../README.md");
    let (_, rest) = readme
        .split_once(BEGIN)
        .expect("README marks where the table begins");
    let (found, _) = rest
        .split_once(END)
        .expect("README marks where the table ends");
    let wanted = table();
    assert!(found == wanted, "README's table should be:\n{wanted}");
}
