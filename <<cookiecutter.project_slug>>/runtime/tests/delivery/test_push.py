"""An image is pushed where its name says, and the password goes nowhere else."""

import json
import os
from pathlib import Path

import pytest

from model_runtime.delivery.image import Builder
from model_runtime.errors import ProjectError

DIGEST = f"sha256:{'a' * 64}"
PROGRAM = """#!/bin/sh
echo "$@" >> "$SAID"
case "$1" in
login) cat > "$DOCKER_CONFIG/password"; cp -rL "$DOCKER_CONFIG" "$SAID.config";;
image) echo '[{"RepoDigests": ["other@sha256:b", "'"${3%:*}"'@DIGEST"]}]';;
esac
""".replace("DIGEST", DIGEST)


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with what a stand-in for docker was asked."""
    program = tmp_path / "docker"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SAID", str(tmp_path / "said"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("REGISTRY_USERNAME", "ann")
    monkeypatch.setenv("REGISTRY_PASSWORD", "s3cret")
    return tmp_path / "said"


@pytest.mark.parametrize(
    ("reference", "host"),
    [
        ("registry.example.org/team/model:7", "registry.example.org"),
        ("localhost:5000/model:7", "localhost:5000"),
        ("localhost/model:7", "localhost"),
    ],
)
def test_it_logs_in_where_it_pushes_to(said: Path, reference: str, host: str) -> None:
    assert Builder("docker").push(reference) == DIGEST
    login = f"login --username ann --password-stdin {host}"
    asked = [login, f"push {reference}", f"image inspect {reference}"]
    assert said.read_text().splitlines() == asked


def test_a_login_keeps_dockers_context_and_leaves_its_own_logins_alone(said: Path) -> None:
    config = said.with_name("config")
    context = config / "contexts" / "meta" / "abc" / "meta.json"
    context.parent.mkdir(parents=True)
    context.write_text('{"Name": "colima"}')
    given = {"auths": {"ghcr.io": {}}, "credsStore": "desktop", "currentContext": "colima"}
    (config / "config.json").write_text(json.dumps(given))
    Builder("docker").push("localhost:5000/model:7")
    seen = said.with_name("said.config")
    assert json.loads((seen / "config.json").read_text()) == {"currentContext": "colima"}
    assert (seen / context.relative_to(config)).read_text() == context.read_text()
    assert (seen / "password").read_text() == "s3cret"
    assert json.loads((config / "config.json").read_text()) == given
    assert sorted(each.name for each in config.iterdir()) == ["config.json", "contexts"]


@pytest.mark.parametrize("password", [True, False])
@pytest.mark.parametrize("reference", ["model:7", "team/model:latest"])
def test_a_name_without_a_registry_is_not_pushed(
    said: Path, monkeypatch: pytest.MonkeyPatch, reference: str, password: bool
) -> None:
    if not password:
        monkeypatch.delenv("REGISTRY_PASSWORD")
    with pytest.raises(ProjectError, match="names no registry to push to"):
        Builder("docker").push(reference)
    assert not said.exists()


def test_without_a_password_it_only_pushes(said: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REGISTRY_PASSWORD")
    assert Builder("docker").push("localhost/model:7") == DIGEST
    assert said.read_text() == "push localhost/model:7\nimage inspect localhost/model:7\n"


def test_docker_shortens_the_names_of_its_own_registry(said: Path) -> None:
    """It is asked by the name that was pushed, and answers with another."""
    program = said.parent / "docker"
    program.write_text(program.read_text().replace("${3%:*}", "ann/model"))
    assert Builder("docker").push("docker.io/ann/model:7") == DIGEST
    assert said.read_text().startswith("login --username ann --password-stdin docker.io\n")


def test_a_digest_that_docker_does_not_know_is_none(said: Path) -> None:
    program = said.parent / "docker"
    program.write_text(program.read_text().replace("${3%:*}", "another/repository"))
    assert Builder("docker").push("localhost/model:7") == ""
