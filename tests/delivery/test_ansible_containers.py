"""The playbook of hosts without a cluster: units by Quadlet, and services that answer for real."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from model_runtime.api_key import make_key

from tests.support.projects import Trained
from tests.support.services import free_port, get

from .container_host import ContainerHost
from .control_plane.cluster import eventually
from .playbooks import begun, changed, encrypted, play, started

IMAGE = "registry.example.org/team/titanic"
PASSWORD = "pull-of-the-vault"
LONG = 120


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[ContainerHost]:
    found = ContainerHost(tmp_path / "host")
    found.folder.mkdir()
    yield found
    found.end()


@pytest.fixture
def folder(plain: Path, tmp_path: Path, port: int) -> Path:
    """The playbooks of a project, whose service listens where nothing else does."""
    copy = shutil.copytree(plain / "deploy" / "ansible", tmp_path / "project/deploy/ansible")
    config = yaml.safe_load((plain / "config.yaml").read_text("utf-8"))
    config["serving"] |= {"port": port, "drain_seconds": 0}
    (copy.parent.parent / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    return copy


@pytest.fixture
def options(host: ContainerHost, folder: Path) -> list[str]:
    """The variables by which all lies in the test's folder, and a vault."""
    key, known = make_key("somebody", 1)
    vault = {
        "vault_admin_token": "token-of-the-vault",
        "vault_api_keys": {"keys": known.line, "api-key": key},
        "vault_log": {"TITANIC_LOG__HASH_KEY": "hash-key-of-the-vault"},
        "vault_pull": {"server": "registry.example.org", "username": "me", "password": PASSWORD},
    }
    here = {"units": str(host.folder / "units"), "settings": str(host.folder / "settings")}
    here |= {"address": "127.0.0.1"}
    (host.folder / "password").write_text(PASSWORD)
    secrets = encrypted(folder, yaml.safe_dump(vault))
    return ["--tags", "service", "-e", json.dumps(here), *secrets]


CLOSED = (
    *("--read-only", "--user 10001:10001", "--cap-drop all", "--security-opt=no-new-privileges"),
    *("--tmpfs /tmp:", "--memory=512m", "--stop-timeout=25", "--health-on-failure kill"),
)


def verify(command: list[str]) -> None:
    """Let systemd check what is started, where this machine has it."""
    if shutil.which(command[0]):
        done = subprocess.run(command, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_container_is_run_once_and_a_version_that_fails_is_taken_back_by_the_next_play(
    host: ContainerHost, folder: Path, options: list[str], trained: Trained, port: int
) -> None:
    project = trained("titanic")
    first, second = f"{IMAGE}@sha256:{'1' * 64}", f"{IMAGE}:2"
    good = host.publish(first, project)
    bad = host.publish(second, project, TITANIC_PATHS__BUNDLE="/nowhere")
    path = str(host.bin)
    options += ["-e", f"image={first}"]

    foretold = play(folder, "container", "--check", *options, path=path)
    assert changed(foretold) > 0
    assert not host.running and not (host.folder / "units").exists(), "a check changes nothing"
    done = play(folder, "container", *options, "-v", path=path)
    assert "of-the-vault" not in done
    assert host.running["image"] == good
    assert get(f"http://127.0.0.1:{port}/readyz")[0] == 200
    assert [each for each in CLOSED if each not in host.command] == [], host.command
    unit = host.folder / "generated" / "titanic.service"
    verify([*map(str, ("systemd-analyze", "verify", "--man=no", unit))])
    pid = host.running["pid"]
    shown = play(folder, "container", *options, path=path)
    assert (changed(shown), host.running["pid"]) == (0, pid), shown

    impatient = [*options, "-e", json.dumps({"image": second, "ready_seconds": 4})]
    patient = [*impatient, "-e", json.dumps({"ready_seconds": 600})]
    with begun(folder, "container", *patient, path=path) as cut_off:
        eventually(lambda: host.running.get("image") == bad, LONG)
        os.killpg(cut_off.pid, signal.SIGKILL)
    assert host.running["image"] == bad

    failed = started(folder, "container", *impatient, path=path)
    assert failed.returncode != 0
    assert f"{second} did not become ready on here" in failed.stdout
    assert "what ran before runs again" in failed.stdout
    assert host.running["image"] == good
    assert get(f"http://127.0.0.1:{port}/readyz")[0] == 200
    assert (host.folder / "settings" / "environment").stat().st_mode & 0o777 == 0o600
    assert not (host.folder / "settings" / "former").exists()
    assert not [*Path("/run").glob("titanic-pull*")]
