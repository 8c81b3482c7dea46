"""A certificate authority for one run, by the openssl command."""

import pathlib
import subprocess


def openssl(*arguments: str) -> None:
    """Runs openssl; raises with its words on failure."""
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr}")


class Authority:
    """ca.pem and whatever it signs, in one directory."""

    def __init__(self, directory: pathlib.Path, name: str = "test CA"):
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.certificate = directory / "ca.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", f"/CN={name}", "-keyout", str(directory / "ca-key.pem"), "-out", str(self.certificate),
                "-addext", "keyUsage=critical,keyCertSign")

    def sign(self, name: str, server=False, both=False, expired=False,
             address="10.77.0.1") -> list[str]:
        """Makes NAME.pem and NAME-key.pem; returns docker's and swarm's TLS options for them."""
        base = self.directory / name
        extensions = self.directory / f"{name}.ext"
        usage = "serverAuth,clientAuth" if both else "serverAuth" if server else "clientAuth"
        extensions.write_text(f"extendedKeyUsage={usage}\nsubjectAltName=DNS:localhost,IP:127.0.0.1,IP:{address}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                "-keyout", f"{base}-key.pem", "-out", f"{base}.csr")
        # A negative number of days ends the certificate before it began.
        openssl("x509", "-req", "-in", f"{base}.csr", "-CA", str(self.certificate), "-CAkey",
                str(self.directory / "ca-key.pem"), "-CAcreateserial", "-days", "-1" if expired else "2",
                "-extfile", str(extensions), "-out", f"{base}.pem")
        return options(self.certificate, base)


def options(authority: pathlib.Path, base: pathlib.Path) -> list[str]:
    """--tlsverify and its files."""
    return ["--tlsverify", "--tlscacert", str(authority), "--tlscert", f"{base}.pem", "--tlskey", f"{base}-key.pem"]
