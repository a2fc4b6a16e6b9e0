"""Each kind of project, from nothing to a service: its own tests, its lint, every route."""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support.bytecode import lend
from tests.support.commands import make, run, variables
from tests.support.documented import NEAR, block, check_answers, figures
from tests.support.files import SKELETON, TASKS
from tests.support.projects import Trained, quick
from tests.support.services import free_port, get, serving
from tests.support.type_cache import type_cache

RUNTIME = SKELETON / "runtime"


def test_its_own_tests_pass(project: Path) -> None:
    assert re.search(r"\d+ passed", run("make", "test", cwd=project, **quick(project)))


def test_its_lint_passes(project: Path) -> None:
    with type_cache("project") as cache:
        run("make", "lint", cwd=project, MYPY_CACHE_DIR=str(cache))


def test_the_doctor_finds_nothing_wrong(project: Path) -> None:
    shown = make(project, "doctor")
    assert "\n0 wrong, " in shown
    assert not re.search("^look +(data|leaks|Preprocessor|train_model|bundle|chart)", shown, re.M)


def test_a_second_setup_has_nothing_to_do(project: Path) -> None:
    assert "Nothing to be done" in make(project, "setup")


@pytest.mark.parametrize("project", TASKS, indirect=True)
def test_make_serve_answers_every_route(project: Path) -> None:
    port = free_port()
    with serving("make", "serve", f"PORT={port}", cwd=project, port=port) as url:
        shown = make(project, "predict", f"PORT={port}")
        answer = json.loads(shown.splitlines()[-1])
        example = next(line for line in shown.splitlines() if line.startswith("{"))
        classification = "prediction" not in answer
        posts = {"/api/predict": example, "/api/predictions": f"[{example}]"}
        posts["/score"] = f'{{"data": [{example}]}}'
        if classification:
            posts["/api/proba_predictions"] = f"[{example}]"
        for path, body in posts.items():
            assert get(f"{url}{path}", body)[0] == 200, path
        pages = "/ /docs /api/docs /openapi.json /swagger.json /api/predict/params /api/info"
        for path in f"{pages} /ping /livez /readyz /metrics".split():
            assert get(f"{url}{path}")[0] == 200, path


@pytest.mark.parametrize("project", ["titanic"], indirect=True)  # the library's cover the rest
@pytest.mark.skipif(not shutil.which("npm"), reason="no npm: install Node.js with npm")
def test_the_postman_collection_passes(project: Path, trained: Trained) -> None:
    trained.newman()
    assert "requests are in" in make(project, "test-api")
    suites = ElementTree.parse(project / "deploy" / "postman" / "results" / "junit.xml").getroot()
    assert len(list(suites.iter("testcase"))) > 100
    assert not list(suites.iter("failure"))


@pytest.mark.skipif(not shutil.which("npm"), reason="no npm: install Node.js with npm")
def test_newman_can_fail(trained: Trained) -> None:
    command = [sys.executable, "-m", "pytest", "-rs", RUNTIME / "tests/delivery/test_postman.py"]
    shown = run(*command, "-k", "newman or all_kinds", cwd=trained.newman())
    assert "7 passed" in shown and "skipped" not in shown


@pytest.mark.parametrize("project", ["titanic"], indirect=True)
def test_the_port_may_come_from_the_environment(project: Path) -> None:
    port = free_port()
    with serving("make", "serve", cwd=project, port=port, PORT=str(port)) as url:
        assert get(f"{url}/livez") == (200, '{"status":"alive"}')


@pytest.mark.parametrize("project", ["titanic"], indirect=True)
def test_an_onnx_bundle_serves_without_scikit_learn_pandas_and_scipy(
    project: Path, tmp_path: Path
) -> None:
    options = ["--locked", "--no-default-groups", "--group", "onnx", "--no-editable", "--quiet"]
    environment = tmp_path / "serving"
    run("uv", "sync", *options, cwd=project, UV_PROJECT_ENVIRONMENT=str(environment))
    lend(environment)
    python = environment / "bin" / "python"
    for module in ("sklearn", "pandas", "scipy", "skl2onnx", "matplotlib"):
        found = f"import importlib.util as u; assert u.find_spec({module!r}) is None"
        run(python, "-c", found, cwd=project)
    port = free_port()
    setting = variables(project, SERVING__PORT=str(port))
    command = [python, "-m", "model_runtime.serving"]
    with serving(*command, cwd=project, port=port, **setting) as url:
        metadata: dict[str, Any] = json.loads(get(f"{url}/api/info")[1])["metadata"]
        assert metadata["engine"] == "onnx"
        test = metadata["self_test"]
        status, answer = get(f"{url}/api/predict", json.dumps(test["request"]))
    assert status == 200
    for got, expected in zip(json.loads(answer).values(), test["outputs"], strict=True):
        assert abs(got - expected) <= 1e-5 * max(1, abs(expected))


def test_titanic_is_as_good_as_promised(trained: Trained) -> None:
    project, shown = trained("titanic"), trained.shown("titanic")
    quality = re.search(
        r"accuracy (\S+) on the hold-out, (\S+) ± \S+ over 5 folds, (\S+) by", shown
    )
    assert quality, shown
    hold_out, folds, majority = map(float, quality.groups())
    documented = figures(block("README.md", "quality")[0])
    assert [hold_out, folds, majority] == pytest.approx(
        [documented[k] for k in (0, 1, 4)], abs=NEAR
    )
    port = free_port()
    with serving("make", "serve", f"PORT={port}", cwd=project, port=port) as url:
        check_answers("README.md", url)
    assert folds >= 0.79
    assert hold_out > majority
    parity = re.search(r"onnx: ([\d,]+) rows, largest difference (\S+)", shown)
    assert parity, shown
    assert int(parity[1].replace(",", "")) >= 20_000
    assert float(parity[2]) <= 1e-5
    assert "next     make serve" in shown
