"""A registry of images and charts, started here: with TLS, and with a password."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.commands import run
from tests.support.services import PATIENCE, free_port

from .go_programs import registry_binary
from .images import needed

USER, PASSWORD = "ann", "s3cret-s3cret"
_HASH = "$2b$04$ZC260Jvs88s28a5IpcGQYOKuYhUi6zDcQceISmgbukUQ5k.aBybRa"
"""By bcrypt, of the password."""

_CONFIG = """
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/data}}}}
http:
  addr: 127.0.0.1:{port}
  secret: one-for-all
  tls: {{certificate: {folder}/tls.crt, key: {folder}/tls.key}}
auth: {{htpasswd: {{realm: test, path: {folder}/htpasswd}}}}
"""


@dataclass(frozen=True)
class Registry:
    """A running registry."""

    host: str
    certificate: Path

    @property
    def environment(self) -> dict[str, str]:
        """Whoever is to trust it, and may push to it."""
        login = {"REGISTRY_USERNAME": USER, "REGISTRY_PASSWORD": PASSWORD}
        return {"SSL_CERT_FILE": str(self.certificate), **login}


@contextmanager
def running(folder: Path) -> Iterator[Registry]:
    """Run a registry, with its data in a folder."""
    program, openssl = registry_binary(), needed("openssl")
    folder.mkdir()
    names = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    files = ("-keyout", "tls.key", "-out", "tls.crt")
    run(openssl, "req", "-x509", *key, "-days", "2", *names, *files, cwd=folder)
    (folder / "htpasswd").write_text(f"{USER}:{_HASH}\n")
    port = free_port()
    (folder / "config.yaml").write_text(_CONFIG.format(folder=folder, port=port))
    found = Registry(f"127.0.0.1:{port}", folder / "tls.crt")
    environment = os.environ | {"OTEL_TRACES_EXPORTER": "none"}
    with subprocess.Popen([program, "serve", folder / "config.yaml"], env=environment) as process:
        try:
            _wait(process, port)
            yield found
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, "the registry has ended"
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < end, "the registry does not answer"
            time.sleep(0.02)
