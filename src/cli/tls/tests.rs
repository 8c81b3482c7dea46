use super::*;

fn options(verify: bool, ca: Option<&str>, cert: &str, key: &str) -> TlsOptions {
    TlsOptions {
        verify,
        ca: ca.map(PathBuf::from),
        cert: cert.into(),
        key: key.into(),
    }
}

fn args(verify: bool) -> TlsArgs {
    TlsArgs {
        tls: !verify,
        tlsverify: verify,
        tlscacert: verify.then(|| "ca".into()),
        tlscert: Some("cert".into()),
        tlskey: Some("key".into()),
    }
}

fn none() -> TlsArgs {
    TlsArgs {
        tls: false,
        tlsverify: false,
        tlscacert: None,
        tlscert: None,
        tlskey: None,
    }
}

fn env(verify: bool, cert_path: Option<&str>) -> ClientEnv {
    ClientEnv {
        verify,
        cert_path: cert_path.map(PathBuf::from),
        home: Some("/root".into()),
    }
}

#[test]
fn flags_serve_both_sides() {
    let mut warnings = Vec::new();
    let tls = args(true)
        .resolve(&env(false, None), &mut warnings)
        .unwrap();
    let both = Some(options(true, Some("ca"), "cert", "key"));
    assert_eq!(tls.listen, both);
    assert_eq!(tls.engine, both);
    let tls = args(false)
        .resolve(&env(false, None), &mut warnings)
        .unwrap();
    assert_eq!(tls.listen, Some(options(false, None, "cert", "key")));
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn the_environment_serves_engines_only() {
    let mut warnings = Vec::new();
    let own = options(true, Some("/c/ca.pem"), "/c/cert.pem", "/c/key.pem");
    let tls = none()
        .resolve(&env(true, Some("/c")), &mut warnings)
        .unwrap();
    assert_eq!((tls.listen, tls.engine.as_ref()), (None, Some(&own)));
    let tls = args(true)
        .resolve(&env(true, Some("/c")), &mut warnings)
        .unwrap();
    assert_eq!(tls.listen, Some(options(true, Some("ca"), "cert", "key")));
    assert_eq!(tls.engine, Some(own));
    let tls = none().resolve(&env(true, None), &mut warnings).unwrap();
    assert_eq!(
        tls.engine.unwrap().cert,
        PathBuf::from("/root/.docker/cert.pem")
    );
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn certificates_that_nothing_uses_are_told() {
    let mut warnings = Vec::new();
    let tls = none()
        .resolve(&env(false, Some("/c")), &mut warnings)
        .unwrap();
    assert_eq!(
        tls,
        Tls {
            listen: None,
            engine: None
        }
    );
    assert!(warnings[0].contains("DOCKER_TLS_VERIFY"), "{warnings:?}");
    let with_ca = TlsArgs {
        tlscacert: Some("ca".into()),
        ..args(false)
    };
    with_ca.resolve(&env(false, None), &mut warnings).unwrap();
    assert!(warnings[1].contains("--tlscacert"), "{warnings:?}");
}
