use serde_json::{Value, json};
use swarm_middleware::api::RefusalKind;

use super::*;
use crate::handlers::testing::{Lab, recorded};

fn try_list(lab: &Lab, query: &str, filters: &Value) -> Result<Vec<Value>, Refusal> {
    let query = Query::new(query).with("filters", Some(&filters.to_string()));
    let query = ImageQuery::parse(&query, ApiVersion::v1(40))?;
    let now = Timestamp::from_second(1000).unwrap();
    let body = render(lab.snapshot(), &query, now)?;
    Ok(serde_json::from_slice(&body).unwrap())
}

fn ids(lab: &Lab, query: &str, filters: &Value) -> String {
    let list = try_list(lab, query, filters).unwrap();
    let id = |image: &Value| image["Id"].as_str().unwrap()["sha256:".len()..].to_owned();
    list.iter().map(id).collect::<Vec<_>>().join(" ")
}

fn lab() -> Lab {
    let mut lab = Lab::new();
    lab.engine(1, |_| ());
    lab.engine(2, |_| ());
    lab.images(1, &json!([
        {"Id": "sha256:a", "ParentId": "", "Created": 100, "Size": 5, "Containers": -1, "New": {"x": 1},
         "RepoTags": ["busybox:latest"], "RepoDigests": ["busybox@sha256:1"], "Labels": {"k": "v"}},
        {"Id": "sha256:b", "ParentId": "sha256:a", "Created": 200, "Size": 5, "RepoTags": ["<none>:<none>"]},
        {"Id": "sha256:c", "ParentId": "sha256:b", "Created": 300, "Size": 6, "RepoTags": ["reg:5000/app/web:1"]},
    ]));
    lab.images(2, &json!([
        {"Id": "sha256:a", "ParentId": "", "Created": 100, "Size": 7, "Containers": 2,
         "RepoTags": ["busybox:latest", "bb:1"], "RepoDigests": [], "Labels": {"k": "v"}},
        {"Id": "sha256:d", "ParentId": "", "Created": 400, "Size": 6, "RepoTags": null, "RepoDigests": []},
    ]));
    lab
}

#[test]
fn images_of_one_id_are_one() {
    let list = try_list(&lab(), "", &json!({"label": ["k=v"]})).unwrap();
    let expected = json!([{
        "Id": "sha256:a", "ParentId": "", "Created": 100, "Size": 7, "Containers": 2, "New": {"x": 1},
        "RepoTags": ["busybox:latest", "bb:1"], "RepoDigests": ["busybox@sha256:1"], "Labels": {"k": "v"},
    }]);
    assert_eq!(Value::from(list), expected);
}

#[test]
fn what_only_one_node_holds_stays_as_its_engine_listed_it() {
    let mut lab = Lab::new();
    lab.engine(1, |_| ());
    let list = recorded("images-list");
    lab.images(1, &list);
    assert_eq!(Value::from(try_list(&lab, "", &json!({})).unwrap()), list);
}

#[test]
fn manifests_are_united() {
    let mut lab = Lab::new();
    let image = |manifests: Value| json!([{"Id": "sha256:a", "Manifests": manifests}]);
    for (node, manifests) in [
        (
            1,
            json!([{"ID": "amd", "Available": true}, {"ID": "arm", "Available": false}]),
        ),
        (
            2,
            json!([{"ID": "amd", "Available": false}, {"ID": "arm", "Available": true}]),
        ),
    ] {
        lab.engine(node, |_| ());
        lab.images(node, &image(manifests));
    }
    let list = try_list(&lab, "", &json!({})).unwrap();
    let all = json!([{"ID": "amd", "Available": true}, {"ID": "arm", "Available": true}]);
    assert_eq!(list[0]["Manifests"], all);
}

#[test]
fn filters_follow_the_engine() {
    let lab = lab();
    for (query, filters, expected) in [
        ("", json!({}), "d c a"),
        ("all=1", json!({}), "d c b a"),
        ("", json!({"dangling": ["true"]}), "d"),
        ("all=1", json!({"dangling": ["1"]}), "d b"),
        ("all=1", json!({"dangling": ["false"]}), "c a"),
        ("", json!({"label": ["k"]}), "a"),
        ("", json!({"label": ["k=w"]}), ""),
        ("", json!({"node": ["n2"]}), "d a"),
        ("", json!({"node": ["nowhere"]}), ""),
        ("", json!({"reference": ["busybox"]}), "a"),
        ("", json!({"reference": ["b*:1"]}), "a"),
        ("", json!({"reference": ["*"]}), "a"),
        ("", json!({"reference": ["reg:5000/*/*"]}), "c"),
        ("", json!({"reference": ["nothing"]}), ""),
        ("filter=bb", json!({}), "a"),
        ("", json!({"before": ["reg:5000/app/web:1"]}), "a"),
        ("", json!({"since": ["busybox"]}), "d c"),
        (
            "",
            json!({"since": ["sha256:a"], "before": ["sha256:d"]}),
            "c",
        ),
        ("", json!({"until": ["350"]}), "c a"),
        ("", json!({"until": ["750s"]}), "a"),
    ] {
        assert_eq!(ids(&lab, query, &filters), expected, "{query} {filters}");
    }
    let list = try_list(&lab, "", &json!({"reference": ["bb"]})).unwrap();
    assert_eq!(list[0]["RepoTags"], json!(["bb:1"]));
    assert_eq!(list[0]["RepoDigests"], json!([]));
}

#[test]
fn what_the_engine_refuses_is_refused() {
    let lab = lab();
    for (filters, kind, message) in [
        (
            json!({"nope": ["x"]}),
            RefusalKind::BadInput,
            "invalid filter 'nope'",
        ),
        (
            json!({"dangling": ["x"]}),
            RefusalKind::BadInput,
            "invalid filter 'dangling=[x]'",
        ),
        (
            json!({"reference": ["["]}),
            RefusalKind::BadInput,
            "syntax error in pattern",
        ),
        (
            json!({"until": ["x"]}),
            RefusalKind::BadInput,
            "invalid filter 'until=[x]'",
        ),
        (
            json!({"until": ["1", "2"]}),
            RefusalKind::BadInput,
            "more than one until filter specified",
        ),
        (
            json!({"before": ["nope"]}),
            RefusalKind::NotFound,
            "No such image: nope:latest",
        ),
    ] {
        let refusal = try_list(&lab, "", &filters).unwrap_err();
        assert_eq!((refusal.kind, refusal.message.as_str()), (kind, message));
    }
}
