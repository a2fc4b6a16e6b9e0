"""A storage account: Azurite, the vendor's emulator, at the name that an account has in Azure."""

import base64
import http.client
import os
import re
import secrets
import ssl
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from tests.delivery.pipeline_tools import installed

from .messages import Answer, Request
from .proxy import AUTHORITY
from .router import Router
from .tokens import Tokens

VERSION = "3.35.0"
ACCOUNT = "standinstorage"
LOGS = "logs"
HOST = f"{ACCOUNT}.blob.core.windows.net"
_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")


@cache
def azurite() -> Path:
    """The program azurite-blob."""

    def install(folder: Path) -> None:
        folder.mkdir(parents=True)
        quiet = ("--no-audit", "--no-fund", "--no-package-lock", "--silent")
        command = ["npm", "install", *quiet, f"azurite@{VERSION}"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=900)

    return installed(f"azurite-{VERSION}", install) / "node_modules" / ".bin" / "azurite-blob"


class Storage:
    """An account that knows Entra's tokens, its own key and signatures; its files are in memory."""

    def __init__(self, folder: Path) -> None:
        """Start; its certificate is written into a folder."""
        self.key = base64.b64encode(secrets.token_bytes(32)).decode()
        self.tokens = Tokens()
        certificate, key = folder / "storage.pem", folder / "storage.key"
        issued = AUTHORITY.issue_cert("127.0.0.1", HOST)
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        key.write_bytes(issued.private_key_pem.bytes())
        address = ("--blobHost", "127.0.0.1", "--blobPort", "0")
        tls = ("--cert", str(certificate), "--key", str(key), "--oauth", "basic")
        ways = ("--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck")
        self._process = subprocess.Popen(
            [str(azurite()), *address, *tls, *ways],
            env=os.environ | {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{self.key}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.port = self._told()
        self._context = ssl.create_default_context()
        AUTHORITY.configure_trust(self._context)
        self.make_container(LOGS)

    def _told(self) -> int:
        """Wait for the line that says where it listens."""
        assert self._process.stdout
        lines = []
        for line in self._process.stdout:
            lines.append(line)
            if found := re.search(r"successfully listens on https://127\.0\.0\.1:(\d+)", line):
                return int(found[1])
        raise AssertionError("".join(lines))

    def register(self, router: Router) -> None:
        """Answer at the account's name."""
        router.add("*", HOST, "/*", self._forward)

    def close(self) -> None:
        """Stop."""
        self._process.terminate()
        self._process.communicate()

    def make_container(self, name: str) -> None:
        """Make a container."""
        self._own("PUT", f"/{name}?restype=container&{self._signature()}", b"")

    def put(self, container: str, name: str, content: str) -> None:
        """Write a blob, in the place of what was there."""
        place = f"/{container}/{name}?{self._signature()}"
        self._own("PUT", place, content.encode(), {"x-ms-blob-type": "BlockBlob"})

    def get(self, container: str, name: str) -> bytes:
        """Read a blob."""
        body = self._own("GET", f"/{container}/{name}?{self._signature()}", b"").body
        assert isinstance(body, bytes)
        return body

    def names(self, container: str) -> list[str]:
        """List a container's blobs."""
        place = f"/{container}?restype=container&comp=list&{self._signature()}"
        return re.findall(r"<Name>(.*?)</Name>", self._own("GET", place, b"").body.decode())

    def signed(self, container: str, name: str = "") -> str:
        """Return an address that lets read and write, for an hour."""
        return f"https://{HOST}/{container}{f'/{name}' if name else ''}?{self._signature()}"

    def _signature(self) -> str:
        from azure.storage.blob import AccountSasPermissions, ResourceTypes, generate_account_sas

        signed: str = generate_account_sas(
            ACCOUNT,
            self.key,
            ResourceTypes(service=True, container=True, object=True),
            AccountSasPermissions(read=True, write=True, list=True, create=True, add=True),
            datetime.now(UTC) + timedelta(hours=1),
        )
        return signed

    def _own(
        self, method: str, target: str, body: bytes, headers: dict[str, str] | None = None
    ) -> Answer:
        answer = self._send(Request(method, HOST, target, headers or {}, body))
        assert answer.status < 300, f"{method} {target}: {answer.status} {answer.body!r}"
        return answer

    def _forward(self, request: Request) -> Answer:
        if request.headers.get("authorization", "").startswith("Bearer"):
            self.tokens.check(request, "https://storage.azure.com")
        return self._send(request)

    def _send(self, request: Request) -> Answer:
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self._context)
        kept = {name: value for name, value in request.headers.items() if name not in _HOP}
        kept |= {"host": request.host, "content-length": str(len(request.body))}
        connection.request(request.method, request.target, request.body, kept)
        answer = connection.getresponse()
        body = answer.read()
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
        if request.method == "HEAD" and (length := answer.getheader("Content-Length")):
            headers["Content-Length"] = length
        connection.close()
        return Answer(answer.status, body, headers)


@dataclass(frozen=True)
class Container:
    """A container of an account."""

    storage: Storage
    name: str

    def names(self) -> list[str]:
        """List its blobs."""
        return self.storage.names(self.name)

    def get(self, blob: str) -> bytes:
        """Read a blob."""
        return self.storage.get(self.name, blob)
