//! The scheduler decides and nothing else: it waits for nobody, asks no clock, opens no connection.

use std::fs;
use std::path::{Path, PathBuf};

/// What decisions must not lean on, as it would stand in code.
const FORBIDDEN: [&str; 12] = [
    "tokio",
    "hyper",
    "bollard",
    "async ",
    ".await",
    "std::time",
    "Instant",
    "SystemTime",
    "std::net::Tcp",
    "std::fs",
    "std::env",
    "std::thread",
];

/// Pure files outside the scheduler's folder.
const FILES: [&str; 3] = [
    "src/placement/intake.rs",
    "src/placement/keys.rs",
    "src/placement/rewrite.rs",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn offences(name: &str, source: &str) -> Vec<String> {
    let lines = source.lines().enumerate();
    let code = lines.filter(|(_, line)| !line.trim_start().starts_with("//"));
    code.flat_map(|(number, line)| {
        let bad = FORBIDDEN.iter().filter(move |word| line.contains(*word));
        bad.map(move |word| format!("{name}:{}: {word}", number + 1))
    })
    .collect()
}

#[test]
fn the_scheduler_is_pure() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = FILES.iter().map(|file| root.join(file)).collect();
    sources(&root.join("src/scheduler"), &mut files);
    assert!(
        files.len() > 30,
        "the scheduler has moved: only {} files found",
        files.len()
    );
    let found: Vec<String> = files
        .iter()
        .flat_map(|file| {
            offences(
                &file.display().to_string(),
                &fs::read_to_string(file).unwrap(),
            )
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_offence_is_found_in_code_but_not_in_comments() {
    assert_eq!(
        offences("x.rs", "// tokio\nuse tokio::time;\n"),
        ["x.rs:2: tokio"]
    );
}
