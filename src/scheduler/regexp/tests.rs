use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Case {
    pattern: String,
    #[serde(default)]
    invalid: bool,
    #[serde(default, rename = "in")]
    found: Vec<String>,
    #[serde(default, rename = "out")]
    missing: Vec<String>,
}

#[test]
fn patterns_mean_what_they_mean_in_go() {
    let corpus = include_str!("../../../fixtures/regexp/go.json");
    let cases: Vec<Case> = serde_json::from_str(corpus).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let pattern = &case.pattern;
        match compile(pattern) {
            Ok(_) if case.invalid => wrong.push(format!("{pattern}: taken, but invalid in Go")),
            Err(_) if case.invalid => {}
            Err(error) => wrong.push(format!("{pattern}: {error}")),
            Ok(regex) => {
                let unfound = case.found.iter().filter(|text| !regex.is_match(text));
                let found = case.missing.iter().filter(|text| regex.is_match(text));
                wrong.extend(unfound.map(|text| format!("{pattern}: not found in {text:?}")));
                wrong.extend(found.map(|text| format!("{pattern}: found in {text:?}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn costly_patterns_are_refused() {
    assert_eq!(
        compile(&"a".repeat(MAX_LENGTH + 1)).unwrap_err(),
        RegexpError::TooLong
    );
    assert_eq!(
        compile(r"(\pL{100}){1000}").unwrap_err(),
        RegexpError::TooComplex
    );
    let deep = format!("{}a{}", "(".repeat(200), ")".repeat(200));
    assert!(matches!(compile(&deep), Err(RegexpError::Syntax(_))));
}

#[test]
fn errors_quote_what_the_user_wrote() {
    let text = compile("ab[c").unwrap_err().to_string();
    assert_eq!(
        text,
        "the regular expression is not valid: missing closing ]: `[c`"
    );
}

#[test]
fn many_patterns_do_not_fill_memory() {
    for number in 0..2 * REMEMBERED {
        assert!(
            compile(&format!("^pattern-{number}$"))
                .unwrap()
                .is_match(&format!("pattern-{number}"))
        );
    }
    let remembered = COMPILED.lock().unwrap().len();
    assert!(remembered <= REMEMBERED, "{remembered}");
}
