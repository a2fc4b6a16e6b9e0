"""The guides for those who come from another project, followed; then their clients ask."""

import json
import re
import runpy
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.support.commands import run, variables
from tests.support.documented import page
from tests.support.made import ENVIRONMENT
from tests.support.projects import Baked
from tests.support.services import free_port, get, serving
from tools.examples import ROOT

_PYTHON = {"PYTHONPATH": "src"}
"""The project's package is found without an environment of its own; this one has the library."""
_BLOCK = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.DOTALL | re.MULTILINE)


class Guide:
    """A page of docs/migrating/: the answers it gives, files it shows, requests it sends."""

    def __init__(self, name: str) -> None:
        self.text = page(f"docs/migrating/{name}.md")
        self.titled = dict(_BLOCK.findall(self.text))

    @property
    def answers(self) -> dict[str, str]:
        """The answers that its call of Cookiecutter gives."""
        line = next(line for line in self.text.splitlines() if line.startswith("cookiecutter "))
        return dict(answer.split("=", 1) for answer in shlex.split(line)[2:])

    def project(self, baked: Callable[[Mapping[str, str]], Path], folder: Path) -> Path:
        """Make the project in a new folder."""
        return shutil.copytree(baked(self.answers), folder / "project")

    def write(self, project: Path) -> None:
        """Write the files that the guide shows."""
        for name, text in self.titled.items():
            if name.startswith("src/"):
                assert (project / name).is_file(), f"the project has no {name}"
                (project / name).write_text(text, "utf-8")


def command(project: Path, *words: str, **settings: str) -> str:
    """Run one of the project's commands by this environment."""
    quick = variables(project, TRAINING__FOLDS="0", TRAINING__AS_SERVED="no", **settings)
    return run(sys.executable, "-m", "model_runtime", *words, cwd=project, **_PYTHON, **quick)


def served(project: Path, **settings: str) -> Any:
    """Serve it until the block ends."""
    port = free_port()
    words = (sys.executable, "-m", "model_runtime", "serve")
    told = variables(project, SERVING__PORT=str(port), **settings)
    return serving(*words, cwd=project, port=port, **_PYTHON, **told)


def test_four_hooks_are_carried_over(baked: Baked, tmp_path: Path) -> None:
    guide = Guide("microservice-template")
    project = guide.project(baked, tmp_path)
    guide.write(project)
    command(project, "doctor")
    command(project, "train")
    asked = guide.titled["POST /api/proba_predictions"]
    with served(project) as url:
        status, answer = get(f"{url}/api/proba_predictions", asked)
        assert (status, json.loads(answer)) == (200, json.loads(guide.titled["200"]))
        assert get(f"{url}/api/predictions", asked) == (200, '[{"class_name":"0"}]')
        assert json.loads(get(f"{url}/ping")[1])["ping"] == "pong"
        text = json.dumps([{name: str(value) for name, value in json.loads(asked)[0].items()}])
        assert get(f"{url}/api/predictions", text)[0] == 422


def test_a_fork_of_the_batcomputer_is_carried_over(baked: Baked, tmp_path: Path) -> None:
    guide = Guide("batcomputer")
    project = guide.project(baked, tmp_path)
    guide.write(project)
    shutil.copy(ROOT / "examples/titanic/data/titanic.csv", project / "data")
    command(project, "doctor")
    command(project, "train")
    with served(project) as url:
        status, answer = get(f"{url}/api/predict", guide.titled["POST /api/predict"])
        assert status == 200 and set(json.loads(answer)) == {"died_proba", "survived_proba"}
        params = json.loads(get(f"{url}/api/predict/params")[1])
        assert params == json.loads(guide.titled["GET /api/predict/params"])
        row = json.loads(guide.titled["POST /api/predict"])
        assert get(f"{url}/api/predict", json.dumps(row | {"Gender": 0}))[0] == 422
        for path in ("/api/info", "/api/docs", "/swagger.json"):
            assert get(f"{url}{path}")[0] == 200


def test_an_endpoint_of_azure_ml_is_carried_over(baked: Baked, tmp_path: Path) -> None:
    guide = Guide("azure-ml-endpoint")
    project = guide.project(baked, tmp_path)
    examples = ROOT / "examples/bank-marketing/src/bank_marketing/use_case"
    make_up = runpy.run_path(str(examples / "synthetic.py"))["make_up"]
    make_up(project / "data/calls.csv")
    line = next(line for line in guide.text.splitlines() if line.startswith("git init"))
    run("bash", "-c", line, cwd=project, **ENVIRONMENT)
    command(project, "features", "--from", "data/calls.csv", "--target", "y")
    guide.write(project)
    command(project, "train", AUTOML__ENABLED="yes", AUTOML__MAX_TRIALS="3")
    line = next(line for line in guide.text.splitlines() if line.startswith("printf "))
    key = "3fA9old0key1of2the3endpoint4here"
    run("bash", "-c", line, cwd=project, KEY=key)
    assert sha256(key.encode()).hexdigest() in (project / "api-keys.txt").read_text("utf-8")
    with (project / "data/calls.csv").open() as file:
        names, first = (line.strip().split(",") for line in (next(file), next(file)))
    row = {name: number(value) for name, value in zip(names, first, strict=True) if name != "y"}
    settings = {"SERVING__API_KEYS__FILE": "api-keys.txt", "SERVING__SCORE_AS_TEXT": "yes"}
    with served(project, **settings) as url:
        body = json.dumps({"data": [row, row]})
        assert get(f"{url}/score", body)[0] == 401
        status, answer = get(f"{url}/score", body, Authorization=f"Bearer {key}")
    assert status == 200
    result = json.loads(json.loads(answer))["result"]
    assert len(result) == 2 and set(result) <= {"yes", "no"}


def number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
