//! Serves simulated Docker Engines until it is ended.
//!
//! `simulated-engines --listen 127.0.0.1:5001 --listen 127.0.0.1:5002`, or for many
//! `simulated-engines --base 127.0.0.2:2375 --count 1000 --containers 30` (one address per engine, counting up).
//! `--export-bytes N` is what a container's export holds. Prints one line, `ready N`, once all of them listen.

use std::{
    io::Write,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use testkit::{Engine, EngineOptions};

struct Args {
    addresses: Vec<SocketAddr>,
    containers: usize,
    export_bytes: u64,
    labels: Vec<String>,
    odd: bool,
}

fn main() -> std::process::ExitCode {
    let args = match parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(message) => {
            eprintln!("simulated-engines: {message}");
            return std::process::ExitCode::FAILURE;
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let result = runtime.and_then(|runtime| runtime.block_on(run(args)));
    if let Err(error) = result {
        eprintln!("simulated-engines: {error}");
        return std::process::ExitCode::FAILURE;
    }
    std::process::ExitCode::SUCCESS
}

async fn run(args: Args) -> std::io::Result<()> {
    let mut engines = Vec::new();
    for (number, address) in args.addresses.into_iter().enumerate() {
        let number = number + 1;
        let mut labels = args.labels.clone();
        labels.push(format!(
            "storage={}",
            if number % 2 == 1 { "ssd" } else { "disk" }
        ));
        let options = EngineOptions {
            name: format!("node-{number}"),
            containers: args.containers,
            labels,
            odd: args.odd,
            export_bytes: args.export_bytes,
            ..EngineOptions::default()
        };
        let started = Engine::start_at(options, address, None).await;
        let engine = started
            .map_err(|error| std::io::Error::new(error.kind(), format!("{address}: {error}")))?;
        engines.push(engine);
    }
    let mut out = std::io::stdout();
    writeln!(out, "ready {}", engines.len())?;
    out.flush()?;
    std::future::pending().await
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<Args, String> {
    let mut parsed = Args {
        addresses: Vec::new(),
        containers: 0,
        export_bytes: EngineOptions::default().export_bytes,
        labels: Vec::new(),
        odd: false,
    };
    let (mut base, mut count) = (None, 1);
    while let Some(flag) = args.next() {
        if flag == "--odd" {
            parsed.odd = true;
            continue;
        }
        let value = args.next().ok_or_else(|| format!("{flag} needs a value"))?;
        let number = || {
            value
                .parse::<usize>()
                .map_err(|error| format!("{flag} {value}: {error}"))
        };
        let address = || {
            value
                .parse::<SocketAddr>()
                .map_err(|error| format!("{flag} {value}: {error}"))
        };
        match flag.as_str() {
            "--listen" => parsed.addresses.push(address()?),
            "--base" => base = Some(address()?),
            "--count" => count = number()?,
            "--containers" => parsed.containers = number()?,
            "--export-bytes" => parsed.export_bytes = number()? as u64,
            "--label" => parsed.labels.push(value),
            other => return Err(format!("unknown option {other}")),
        }
    }
    if let Some(base) = base {
        for number in 0..count {
            parsed
                .addresses
                .push(nth(base, number).ok_or("--base with --count needs an IPv4 address")?);
        }
    }
    if parsed.addresses.is_empty() {
        return Err("nothing to listen on: give --listen ADDR or --base ADDR --count N".into());
    }
    Ok(parsed)
}

/// The base address counted up, so that every engine keeps the usual port.
fn nth(base: SocketAddr, number: usize) -> Option<SocketAddr> {
    let IpAddr::V4(first) = base.ip() else {
        return None;
    };
    let ip = u32::from(first).checked_add(u32::try_from(number).ok()?)?;
    Some(SocketAddr::new(Ipv4Addr::from(ip).into(), base.port()))
}
