"""Digests of the images that Dockerfiles begin with, asked of the registries that have them."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx

from ..errors import ProjectError

_DIGEST = "docker-content-digest"
# An index stands for the image on every architecture; one of them alone would be another digest.
_KINDS = ", ".join(
    f"application/{kind}+json"
    for kind in (
        *("vnd.oci.image.index.v1", "vnd.docker.distribution.manifest.list.v2"),
        *("vnd.oci.image.manifest.v1", "vnd.docker.distribution.manifest.v2"),
    )
)
# FROM docker.io/library/python:3.13-slim@sha256:… AS base
_FROM = re.compile(r"^(FROM +)([^\s@$]+:[\w.-]+)(?:@sha256:[0-9a-f]{64})?(?=\s|$)", re.MULTILINE)
_LOCAL = ("localhost", "127.0.0.1")


def pin(folder: Path) -> Iterator[str]:
    """Write the digests that tags name now behind them in all Dockerfiles of a folder.

    Yields:
        Each file with an image, as it is written there.

    Raises:
        ProjectError: A registry does not answer; what was written until then stays.
    """
    known: dict[str, str] = {}
    for file in sorted(folder.rglob("*Dockerfile")):
        text = file.read_text("utf-8")
        for _, image in _FROM.findall(text):
            known.setdefault(image, f"{image}@{digest(image)}")
            yield f"{file}: {known[image]}"
        file.write_text(_FROM.sub(lambda found: found[1] + known[found[2]], text), "utf-8")


def pinned(dockerfile: Path) -> bool:
    """Tell whether all images that a Dockerfile begins with are named by digest."""
    text = dockerfile.read_text("utf-8")
    return all("@sha256:" in found[0] for found in _FROM.finditer(text))


def digest(image: str) -> str:
    """Return the digest of what a tag names in its registry.

    By the distribution specification of the Open Container Initiative; where the registry wants a
    token, by one that everybody gets.

    Raises:
        ProjectError: It can't be had.
    """
    host, name, tag = _parts(image)
    scheme = "http" if host.partition(":")[0] in _LOCAL else "https"
    address = f"{scheme}://{host}/v2/{name}/manifests/{tag}"
    try:
        answer = httpx.head(address, headers={"accept": _KINDS}, timeout=30)
        if answer.status_code == 401:
            headers = {"accept": _KINDS, "authorization": f"Bearer {_token(answer)}"}
            answer = httpx.head(address, headers=headers, timeout=30)
    except httpx.HTTPError as error:
        raise ProjectError(f"{host} does not tell the digest of {image}: {error}") from error
    found = str(answer.headers.get(_DIGEST, ""))
    if not answer.is_success or not re.fullmatch(r"sha256:[0-9a-f]{64}", found):
        raise ProjectError(
            f"{host} does not tell the digest of {image}: it answers {answer.status_code}. Is "
            "there such a tag, and may everybody read it?"
        )
    return found


def _parts(image: str) -> tuple[str, str, str]:
    """Return host, name and tag; a name without a host is Docker Hub's."""
    path, _, tag = image.rpartition(":")
    host, slash, name = path.partition("/")
    if not slash or not ({".", ":"} & set(host) or host == "localhost"):
        host, name = "docker.io", path
    if host == "docker.io":
        return "registry-1.docker.io", name if "/" in name else f"library/{name}", tag
    return host, name, tag


def _token(refusal: httpx.Response) -> str:
    """Return a token from where a refusal says that there is one."""
    asked = dict(re.findall(r'(\w+)="([^"]*)"', refusal.headers.get("www-authenticate", "")))
    realm = asked.pop("realm", "")
    if not realm:
        raise httpx.UnsupportedProtocol("it wants a password")
    answer = httpx.get(realm, params=asked, timeout=30).raise_for_status().json()
    return str(answer.get("token") or answer.get("access_token"))
