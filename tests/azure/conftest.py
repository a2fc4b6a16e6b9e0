"""Fixtures of the tests of Azure: the stand-in, and programs that come to it."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from model_azure.cloud import resource_group
from model_azure.settings import read_azure
from model_runtime.project import project as own_project

from tests.azure.rollouts import BAD, GOOD, NEXT
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.batch import Batch
from tests.azure.stand_in.jobs import Jobs
from tests.azure.stand_in.machine_learning import NAMESPACE
from tests.azure.stand_in.messages import Answer
from tests.azure.stand_in.online import Online
from tests.azure.stand_in.storage import Container, Storage
from tests.support.projects import Baked, Trained
from tests.support.services import PATIENCE, free_port, serving


@pytest.fixture(scope="session")
def _stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    stand_in = StandIn(tmp_path_factory.mktemp("stand-in"))
    yield stand_in
    stand_in.close()


@pytest.fixture
def azure(_stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """The stand-in of Azure, with nothing in it, where this process and its programs come to."""
    _stand_in.reset()
    for name, value in _stand_in.environment().items():
        monkeypatch.setenv(name, value)
    # The SDK sets it for all clients of the process.
    monkeypatch.setenv("AZUREML_CURRENT_CLOUD", "AzureCloud")
    yield _stand_in
    assert not _stand_in.failures, "\n".join(_stand_in.failures)


@pytest.fixture(scope="session")
def _storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    storage = Storage(tmp_path_factory.mktemp("storage"))
    yield storage
    storage.close()


@pytest.fixture
def container(azure: StandIn, project: Path, _storage: Storage) -> Container:
    """The storage in which the workspace of the project keeps its files."""
    _storage.tokens = azure.tokens
    _storage.register(azure.router)
    name = azure.machine_learning.keep_files(azure.arm.resources[place().lower()], _storage)
    return Container(_storage, name)


@pytest.fixture
def jobs(azure: StandIn, container: Container) -> Jobs:
    """The jobs of the project's workspace, and the addresses of its pipelines."""
    jobs = Jobs(azure.arm, azure.machine_learning, container.storage)
    jobs.register(azure.router)
    Batch(jobs).register(azure.router)
    return jobs


@pytest.fixture
def cluster(azure: StandIn, project: Path, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """The jobs of a workspace with a cluster, and a project with a lock and few files."""
    azure.arm.put(f"{place()}/computes/cluster", properties={"computeType": "AmlCompute"})
    (project / "uv.lock").write_text("version = 1\n")
    for folder in ("runtime/src", "runtime/docs", "runtime/tests"):  # each file is a request
        shutil.rmtree(project / folder)
    for module in (project / "deploy/azure/commands/model_azure").glob("*.py"):
        if module.name != "steps.py":
            module.unlink()
    monkeypatch.setattr("model_azure.learning.follow.POLL_S", 0.0)
    return jobs


@pytest.fixture
def project(azure: StandIn, baked: Baked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, this process's own; its workspace is at the stand-in."""
    folder = shutil.copytree(baked({"azure": "yes"}), tmp_path / "project")
    monkeypatch.chdir(folder)
    settings = read_azure()
    azure.machine_learning.workspace(resource_group(settings), settings.name)
    return folder


@pytest.fixture(scope="session")
def service(trained: Trained) -> Iterator[str]:
    """The address of a service of the trained bundle, a process of its own."""
    project, port = trained("classification"), free_port()
    command = [project / ".venv" / "bin" / "python", "-m", "model_runtime.serving"]
    own = {"PYTHONPATH": str(project / "src"), "IRIS_CLASSIFIER_SERVING__PORT": str(port)}
    with serving(*command, cwd=project, port=port, **own) as url:
        yield url


@pytest.fixture
def online(azure: StandIn, project: Path, trained: Trained, service: str) -> Iterator[Online]:
    """The endpoints of the workspace, behind which a service of the bundle runs."""
    online = Online(azure.machine_learning, images={GOOD: service, NEXT: service})
    online.register(azure.router)
    online.wrong[BAD] = Answer(body={"result": ["another"]})
    shutil.copytree(trained("classification") / "model_bin", project / "model_bin")
    own_project.cache_clear()
    yield online
    own_project.cache_clear()
    # What nobody waits for looks names up, which may not be while the environment changes.
    for thread in threading.enumerate():
        if thread.name.startswith("LROPoller"):
            thread.join(PATIENCE)


def place() -> str:
    """Return the id of the project's workspace."""
    settings = read_azure()
    return f"{resource_group(settings)}/providers/{NAMESPACE}/workspaces/{settings.name}"
