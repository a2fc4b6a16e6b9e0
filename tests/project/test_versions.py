"""Versions from training to clients: registered, promoted, fetched, switched under load, undone.

The same walk for each kind of registry; only its address differs. With the project's own, the first
of each command is by `make`. All others are of one process: most of each is the import of MLflow.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

import pytest

from tests.support.commands import run
from tests.support.loads import loaded
from tests.support.one_process import one_process
from tests.support.projects import Trained, quick
from tests.support.services import PATIENCE, free_port, get, serving
from tests.support.tracking import tracking_server

TOKEN = "a-token-of-this-tests-own"
PASSENGER = {"Pclass": 1, "Age": 29, "SibSp": 0, "Parch": 0, "Fare": 211, "Gender": "female"}
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@pytest.fixture(scope="module")
def titanic(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained.copy("titanic", tmp_path_factory.mktemp("versions"))


@contextmanager
def postgres(project: Path) -> Iterator[str]:
    """Run PostgreSQL on loopback until the block ends; yield the address of a database in it."""
    tools, port = POSTGRES[-1].parent, free_port()
    run("uv", "pip", "install", "--quiet", "--python", ".venv", "psycopg2-binary", cwd=project)
    with TemporaryDirectory() as folder:
        as_user = []
        if os.geteuid() == 0:  # which the server refuses to run as
            as_user = ["runuser", "-u", "postgres", "--"]
            shutil.chown(folder, "postgres", "postgres")
        data, anywhere = f"{folder}/data", Path("/")
        init = [tools / "initdb", "--auth=trust", "--username=mlflow", "-D", data]
        run(*as_user, *init, cwd=anywhere)
        control = [*as_user, tools / "pg_ctl", "-D", data, "-w", "-l", f"{folder}/log"]
        run(*control, "-o", f"-p {port} -h 127.0.0.1 -k {folder}", "start", cwd=anywhere)
        try:
            yield f"postgresql+psycopg2://mlflow@127.0.0.1:{port}/postgres"
        finally:
            run(*control, "-m", "fast", "stop", cwd=anywhere)


@contextmanager
def registry(kind: str, project: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Yield the environment that names a registry of a kind."""
    with ExitStack() as stack:
        if kind == "embedded":
            yield {}
            return
        # A project knows the server's address alone, whatever database that has.
        database = f"sqlite:///{folder}/mlflow.db"
        if POSTGRES:
            database = stack.enter_context(postgres(project))
        url = stack.enter_context(tracking_server(project, folder, database))
        yield {"TITANIC_REGISTRY__URI": url}


Step = Callable[..., str]


@contextmanager
def steps(project: Path, kind: str, folder: Path) -> Iterator[Step]:
    """Yield a function that does a step of the project with a registry of a kind."""
    with registry(kind, project, folder) as where, ExitStack() as stack:
        environment = where | quick(project)
        process = stack.enter_context(one_process(project, **environment))
        commands = {"train", "promote", "fetch-model", "rollback", "models"}
        by_make = commands if kind == "embedded" else set()

        def step(command: str, **options: str) -> str:
            if command in by_make:
                by_make.remove(command)
                words = [f"{name.upper()}={value}" for name, value in options.items()]
                return run("make", command, *words, cwd=project, **environment)
            words = [word for name, value in options.items() for word in (f"--{name}", value)]
            return process.run(command, *words)

        yield step
        assert not by_make


@pytest.mark.parametrize("kind", ["embedded", "server"])
def test_versions_switch_under_load_without_a_failed_request(
    titanic: Path, tmp_path: Path, kind: str
) -> None:
    with steps(titanic, kind, tmp_path) as step:
        # The project's own came along with it, and has the version 1 that it was trained for.
        for _ in range(1 if kind == "embedded" else 2):
            step("train")
        step("promote", version="1")
        assert "version 1" in step("fetch-model", version="@champion")
        port = free_port()
        command = [titanic / ".venv" / "bin" / "titanic", "serve", "--port", port]
        token = {"TITANIC_SERVING__ADMIN_TOKEN": TOKEN}
        with (
            serving(*command, cwd=titanic, port=port, **token) as url,
            loaded(url, json.dumps(PASSENGER), 300) as load,
        ):
            step("promote", version="2")
            assert "is version 2," in step("fetch-model", version="latest")
            reload(url, 2)
            assert "champion is version 1 again" in step("rollback")
            step("fetch-model")
            reload(url, 1)
            load.more(50)
        assert not load.failures, load.failures[:3]
        assert load.rate >= 200
        assert load.versions == [["1", "2", "1"]] * len(load.versions)
        for wanted, number in (("best", 2), ("1", 1)):
            assert f"is version {number}," in step("fetch-model", version=wanted)
        rows = [line.split("│") for line in step("models").splitlines() if "onnx" in line]
        assert [(row[1].strip(), row[4].strip()) for row in rows] == [("2", ""), ("1", "champion")]


def reload(url: str, version: int) -> None:
    """Have the service switch to the bundle that it finds, and see that it did."""
    ask = Request(f"{url}/admin/reload", b"", {"Authorization": f"Bearer {TOKEN}"})
    with urlopen(ask, timeout=PATIENCE) as answer:
        assert answer.status == 200
    assert json.loads(get(f"{url}/api/info")[1])["metadata"]["version"] == version
