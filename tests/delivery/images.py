"""A base image made here, and images built on it, by buildah: no registry of images is needed."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.projects import Shared

BASE = "localhost/template-base:bookworm-2"
CACHE = Path("/var/cache/model-service-template")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
BUILDAH = {
    "CONTAINERS_STORAGE_CONF": str(CACHE / "storage.conf"),
    "BUILDAH_ISOLATION": "chroot",
}
"""Options that work without privileges over mounts and cgroups, apart from the machine's images."""

PREFIX = "TITANIC_"
ENVIRONMENT = {**BUILDAH, f"{PREFIX}IMAGE__BASE": BASE, f"{PREFIX}IMAGE__TOOL": "buildah"}
"""For `make image` of the Titanic project on that base."""

SECRETS = (
    "data/private.csv",
    ".env",
    "src/titanic/.env",
    "model_bin/.netrc",
    "key.pem",
    "api-keys.txt",
)
"""Files of a project that must not get into its image."""

_STORAGE = """
[storage]
driver = "{driver}"
graphroot = "{folder}/storage"
runroot = "{folder}/run"
[storage.options.overlay]
skip_mount_home = "true"
"""


def needed(program: str) -> str:
    """Return a program's path, or skip the test; on CI, fail."""
    if path := shutil.which(program):
        return path
    if os.environ.get("CI"):
        pytest.fail(f"{program} is not installed; .ci/run should have done that")
    pytest.skip(f"{program} is not installed")


def buildah(*words: object) -> str:
    """Run buildah and return what it prints."""
    command = ["buildah", *map(str, words)]
    done = subprocess.run(command, env=os.environ | BUILDAH, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}:\n{(done.stdout + done.stderr)[-4000:]}"
    return done.stdout.strip()


@contextmanager
def alone() -> Iterator[None]:
    """Keep other test processes out while images are made."""
    if os.geteuid() != 0:
        pytest.skip("only root can make the base image")
    for program in ("buildah", "debootstrap"):
        needed(program)
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _choose_storage()
        yield


def _choose_storage() -> None:
    """Keep images by layers that are mounted; where that can't be, copy all of one for the next."""
    tried = CACHE / "tried"
    tried.mkdir(exist_ok=True)
    (tried / "storage.conf").write_text(_STORAGE.format(driver="overlay", folder=tried), "utf-8")
    environment = os.environ | {"CONTAINERS_STORAGE_CONF": str(tried / "storage.conf")}
    done = subprocess.run(["buildah", "info"], env=environment, capture_output=True)
    driver = "vfs" if done.returncode else "overlay"
    told, file = _STORAGE.format(driver=driver, folder=CACHE), CACHE / "storage.conf"
    if not file.is_file() or file.read_text("utf-8") != told:  # others may be reading it
        file.write_text(told, "utf-8")


def make_base(shared: Shared) -> None:
    """Make the base image, Debian with its Python, if no earlier run has.

    The first of the processes of a run clears what an earlier run left, and no other: what is there
    then is in use.
    """
    with shared.once("base-image") as (_, done):
        if not done:
            buildah("rm", "--all")
            buildah("rmi", "--prune", "--force")
            _make_base()


def _make_base() -> None:
    if buildah("images", "--quiet", "--filter", f"reference={BASE}"):
        return
    debian = CACHE / "debian"
    shutil.rmtree(debian, ignore_errors=True)
    include = "--include=python3,python3-venv,ca-certificates"
    command = ["debootstrap", "--variant=minbase", include, "bookworm", str(debian)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    for folder in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(debian / folder)
    sources = debian / "etc/apt/sources.list"
    # Debian's own images take security fixes, too, from beside the archive that debootstrap took.
    archive = sources.read_text("utf-8")
    fixes = archive.replace("/debian bookworm", "/debian-security bookworm-security")
    sources.write_text(archive + fixes, "utf-8")
    # The image has to trust whom this machine trusts.
    shutil.copy2(CERTIFICATES, debian / CERTIFICATES.relative_to("/"))
    container = buildah("from", "scratch")
    buildah("add", "--quiet", container, debian, "/")
    for name in ("PIP_CERT", "SSL_CERT_FILE"):
        buildah("config", "--env", f"{name}={CERTIFICATES}", container)
    buildah("commit", "--quiet", container, BASE)
    buildah("rm", container)
    shutil.rmtree(debian)
