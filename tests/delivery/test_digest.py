"""An image and a chart pushed to a real registry, and known by digest on another machine."""

import json
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

from tests.support.commands import clean_environment, run
from tests.support.projects import ENVIRONMENT, Trained

from . import oci_registry
from .charts import documents, one
from .go_programs import helm_binary
from .images import PREFIX, needed
from .oci_registry import PASSWORD, USER, Registry

LOGIN = ("--username", USER, "--password-stdin")
STORAGE = """
[storage]
driver = "vfs"
graphroot = "{home}/images"
runroot = "{home}/run"
"""


@dataclass(frozen=True)
class Machine:
    """A machine with a checkout of the Titanic project, and a home of its own."""

    project: Path
    home: Path
    registry: Registry
    versions: Path

    def run(self, *words: object, cwd: Path | None = None) -> str:
        path = f"{helm_binary().parent}:{clean_environment()['PATH']}"
        own = {
            f"{PREFIX}IMAGE__REPOSITORY": f"{self.registry.host}/team/titanic",
            f"{PREFIX}IMAGE__TOOL": "buildah",
            f"{PREFIX}REGISTRY__URI": f"sqlite:///{self.versions}",
        }
        own |= {
            "PYTHONPATH": str(self.project / "src"),
            "PATH": path,
            "HOME": str(self.home),
            **self.registry.environment,
        }
        return run(*words, cwd=cwd or self.project, **own)

    def cli(self, *words: str) -> str:
        return self.run(sys.executable, "-m", "model_runtime", *words)

    def commit(self) -> str:
        """Commit all that is there, and return the commit as tags have it."""
        who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        for words in (
            ("init", "-q"),
            ("add", "-A"),
            (*who, "commit", "-q", "--allow-empty", "-m", "a"),
        ):
            subprocess.run(["git", *words], cwd=self.project, check=True)
        return run("git", "rev-parse", "--short=12", "HEAD", cwd=self.project).strip()


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with oci_registry.running(tmp_path_factory.mktemp("oci") / "registry") as found:
        yield found


@pytest.fixture(scope="module")
def machines(
    trained: Trained, tmp_path_factory: pytest.TempPathFactory, registry: Registry
) -> list[Machine]:
    """Two machines that share a registry of images and one of versions."""
    folder, source = tmp_path_factory.mktemp("machines"), trained("titanic")
    versions = shutil.copytree(source / "registry", folder / "versions") / "mlflow.db"
    made = []
    for name in ("builds", "deploys"):
        project = shutil.copytree(source, folder / name / "titanic", ignore=ENVIRONMENT)
        shutil.rmtree(project / "registry")
        (home := folder / name / "home").mkdir()
        (home / "storage.conf").write_text(STORAGE.format(home=home))
        made.append(Machine(project, home, registry, versions))
    return made


@pytest.fixture(scope="module")
def pushed(machines: list[Machine], registry: Registry) -> dict[str, str]:
    """The note of an image that the first machine has pushed; there is nothing in it."""
    machine, _ = machines
    commit = machine.commit()
    name = machine.cli("image", "--name-only").strip()
    assert name == f"{registry.host}/team/titanic:1-{commit}"
    container = machine.run(needed("buildah"), "from", "scratch").strip()
    machine.run("buildah", "commit", "--quiet", container, name)
    shown = machine.cli("push")
    note: dict[str, str] = json.loads((machine.project / "build" / "image.json").read_text())
    assert f"Pushed {name}, {note['digest']}; noted in build/image.json" in shown
    assert (note["reference"], note["commit"]) == (name, commit)
    return note


def test_the_registry_knows_the_image_by_the_digest_that_is_noted(
    pushed: dict[str, str], registry: Registry
) -> None:
    trust = ssl.create_default_context(cafile=registry.certificate)
    url = f"https://{registry.host}/v2/team/titanic/manifests/{pushed['digest']}"
    accept = {"accept": "application/vnd.oci.image.manifest.v1+json"}
    answer = httpx.get(url, auth=(USER, PASSWORD), headers=accept, verify=trust)
    assert answer.status_code == 200, answer.text


def test_another_machine_deploys_by_digest(machines: list[Machine], pushed: dict[str, str]) -> None:
    """It fetches the version, whose note on the tracking server names the image."""
    _, machine = machines
    (machine.project / "README.md").write_text("Changed since.")
    commit = machine.commit()
    assert commit != pushed["commit"]
    machine.cli("fetch-model", "--version", "1")
    shown = machine.cli("chart")
    name = pushed["reference"].partition(":1-")[0]
    image = f"{name}@{pushed['digest']} (1-{pushed['commit']}): as `make push` noted."
    other = f"Its code is of commit {pushed['commit']}; this folder is at {commit}."
    assert f"Image {image} {other}" in shown


def test_a_chart_installs_from_the_registry_alone(
    machines: list[Machine], pushed: dict[str, str], tmp_path: Path
) -> None:
    machine, _ = machines
    config = machine.project / "config.yaml"
    config.write_text(config.read_text().replace("  replicas: 2", "  replicas: 3"))
    commit = machine.commit()
    shown = machine.cli("chart", "--push")
    place = f"oci://{machine.registry.host}/team/titanic"
    assert f"helm install NAME {place} --version 0.1.1+{commit}" in shown
    # The password is with whoever has it; Helm would keep it.
    kept = [file for file in machine.home.rglob("*") if file.name in ("config.json", "auth.json")]
    assert not kept

    own = ("--registry-config", tmp_path / "login.json")
    login = f"printf %s {PASSWORD} | helm registry login {machine.registry.host} {' '.join(LOGIN)}"
    machine.run("sh", "-c", f"{login} --registry-config login.json", cwd=tmp_path)
    for version in ((), ("--version", f"0.1.1+{commit}")):
        rendered = machine.run("helm", "template", "a", place, *version, *own, cwd=tmp_path)
        manifests = documents(rendered[rendered.index("---") :])
        deployment = one(manifests, "Deployment")
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        assert deployment["spec"]["replicas"] == 3, "as config.yaml says"
        assert container["image"] == f"{machine.registry.host}/team/titanic@{pushed['digest']}"
        labels = deployment["metadata"]["labels"]
        assert labels["app.kubernetes.io/version"] == f"1-{pushed['commit']}"
        assert labels["helm.sh/chart"] == f"titanic-0.1.1_{commit}"
    shown = machine.run("helm", "show", "chart", place, *own, cwd=tmp_path)
    about = yaml.safe_load(shown[shown.index("apiVersion") :])
    assert about["appVersion"] == f"1-{pushed['commit']}"
