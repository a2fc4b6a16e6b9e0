"""The Postman collection: whole, stable, and strict with a service that answers otherwise."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from model_runtime.bundle.read import Bundle, read_bundle
from model_runtime.contract.routes import PATHS
from model_runtime.delivery import newman
from model_runtime.errors import ProjectError
from model_runtime.explanation.route import Explain
from model_runtime.features import Feature
from model_runtime.postman.collection import collection, write_collection
from model_runtime.settings import ApiKeys, Settings, read_settings
from model_runtime.testing.keys import temporary_key
from model_runtime.testing.service import Service, running
from model_runtime.training.run import train

from ..support.postman_format import Collected, Format, Item, items
from ..support.settings import settings_in
from ..support.small_cases import case

TASKS = ("classification", "regression")

PAGES = {"/", "/docs", "/api/docs", "/openapi.json", "/swagger.json"}


@pytest.fixture(scope="module")
def collected(bundle: Bundle) -> Collected:
    return collection(bundle, read_settings())


def statuses(item: Item) -> list[str]:
    return [line for event in item.event for line in event.script.exec if ".status(" in line]


def test_it_is_of_the_format_2_1(collected: Collected) -> None:
    read = Format.model_validate(collected)
    assert read.info["schema"].endswith("/v2.1.0/collection.json")
    assert [variable.key for variable in read.variable] == ["baseUrl", "api_key"]
    for item in items(collected):
        assert item.request.url.raw.startswith("{{baseUrl}}/")
        assert item.request.url.raw == "/".join(["{{baseUrl}}", *item.request.url.path])


def test_it_asks_every_route_and_page(collected: Collected, service: Service) -> None:
    asked = {item.request.url.raw.removeprefix("{{baseUrl}}") for item in items(collected)}
    assert asked - {"/nowhere"} == set(service.openapi["paths"]) | PAGES


def test_every_request_has_a_test_of_its_status(collected: Collected) -> None:
    for item in items(collected):
        assert len(statuses(item)) == 1, item.name


def test_every_prediction_route_is_asked_well_and_badly(
    collected: Collected, service: Service
) -> None:
    posts = {path for path, operations in service.openapi["paths"].items() if "post" in operations}
    for path in posts:
        assert answers(collected, path) == {"2", "4"}, path


def answers(collected: Collected, path: str) -> set[str]:
    """Return the first figures of the statuses that a path is expected to answer."""
    return {
        line.split(".status(")[1][0]
        for item in items(collected)
        if item.request.url.raw.endswith(path)
        for line in statuses(item)
    }


def test_explanations_are_asked_where_there_are_some(bundle: Bundle, collected: Collected) -> None:
    assert not answers(collected, Explain.path)
    settings = read_settings()
    serving = settings.serving.model_copy(update={"explain": True})
    explained = collection(bundle, settings.model_copy(update={"serving": serving}))
    assert answers(explained, Explain.path) == {"2", "4"}


def test_names_and_ids_are_unique_and_stay(collected: Collected, bundle: Bundle) -> None:
    for name in ("id", "name"):
        found = [getattr(item, name) for item in items(collected)]
        assert len(found) == len(set(found))
    assert collection(bundle, read_settings()) == collected


def sent(collected: Collected, name: str) -> list[Any]:
    """Return each value that accepted requests send for a feature."""
    bodies = [
        json.loads(item.request.body.raw)
        for item in items(collected)
        if item.request.body and "200" in statuses(item)[0]
    ]
    rows = [
        row
        for body in bodies
        for row in (body if isinstance(body, list) else body.get("data", [body]))
    ]
    return [row[name] for row in rows if name in row]


def test_each_label_and_each_bound_is_asked(collected: Collected, bundle: Bundle) -> None:
    for feature in bundle.schema.features:
        wanted = {*(feature.labels or []), feature.min, feature.max} - {None}
        assert wanted <= {*sent(collected, feature.name)}


def test_labels_without_end_are_asked_up_to_a_bound(bundle: Bundle) -> None:
    labels = [f"label {k}" for k in range(2_500)]
    many = Feature(name="many", type="category", labels=labels, example=labels[0])
    schema = bundle.schema.model_copy(update={"features": [many]})
    collected = collection(replace(bundle, schema=schema), read_settings())
    found = set(sent(collected, "many"))
    assert len(found) == 1_000
    assert len(list(items(collected))) < 60


def test_it_is_written_whole_or_not_at_all(tmp_path: Path, bundle: Bundle) -> None:
    file = tmp_path / "new" / "collection.json"
    count = write_collection(bundle, read_settings(), file)
    assert count == len(list(items(json.loads(file.read_text("utf-8")))))
    assert [*file.parent.iterdir()] == [file]
    blocked = tmp_path / "folder.json"
    blocked.mkdir()
    with pytest.raises(ProjectError, match=r"folder\.json can't be written"):
        write_collection(bundle, read_settings(), blocked)
    assert {*tmp_path.iterdir()} == {blocked, file.parent}


NEWMAN = newman.NEWMAN.resolve()  # of the folder in which the tests are started

needs_newman = pytest.mark.skipif(
    not NEWMAN.exists() or not shutil.which("node"),
    reason="newman is not installed: `make test-api` does that, given Node.js and npm",
)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newman, "NEWMAN", NEWMAN)


def asked(service: Service, collected: Collected, folder: Path, key: str = "") -> int:
    """Run a collection; return newman's exit code."""
    file = folder / "collection.json"
    file.write_text(json.dumps(collected))
    return newman.ask(service.url, file, folder, key)


@needs_newman
def test_newman_is_content_with_the_service(
    service: Service, collected: Collected, tmp_path: Path
) -> None:
    assert asked(service, collected, tmp_path) == 0
    assert "<testcase" in (tmp_path / "junit.xml").read_text()


WRONG = {
    "status(422)": "status(421)",
    r"eql(\"is required": r"eql(\"is needed",
    "<= 1e-5": "<= -1",
}
"""Expectations, and others in their place that no service fulfils."""


@needs_newman
def test_newman_fails_where_one_expectation_is_another(
    service: Service, collected: Collected, tmp_path: Path
) -> None:
    text = json.dumps(collected)
    for right, wrong in WRONG.items():
        assert right in text
        text = text.replace(right, wrong, 1)
    assert asked(service, json.loads(text), tmp_path) != 0
    suites = ElementTree.parse(tmp_path / "junit.xml")
    assert len(list(suites.iter("failure"))) == len(WRONG)


@needs_newman
def test_names_and_types_of_all_kinds_are_asked(tmp_path: Path) -> None:
    train(case(), settings_in(tmp_path), Console(quiet=True))
    folder = tmp_path / "model_bin"
    collected = collection(read_bundle(folder), read_settings())
    with running(folder, tmp_path / "log") as service:
        service.wait("/readyz")
        assert asked(service, collected, tmp_path) == 0


def with_keys() -> Settings:
    settings = read_settings()
    keys = ApiKeys(file="elsewhere", per_second=1, guard=("predictions", "info", "metrics", "docs"))
    changed = {"api_keys": keys, "client": False, "explain": True}
    serving = settings.serving.model_copy(update=changed)
    return settings.model_copy(update={"serving": serving})


@needs_newman
def test_newman_is_content_with_a_service_that_asks_for_keys(trained: Path, tmp_path: Path) -> None:
    settings = with_keys()
    collected = collection(read_bundle(trained / "model_bin"), settings)
    keyless = {item.name for item in items(collected) if item.request.auth}
    found = {item.request.url.raw.removeprefix("{{baseUrl}}") for item in items(collected)}
    assert keyless == {f"{path}: without a key" for path in found & {*PATHS, Explain.path}}
    key, variables = temporary_key(settings)
    variables["SERVING__API_KEYS__GUARD"] = json.dumps(settings.serving.api_keys.guard)
    variables["SERVING__EXPLAIN"] = "true"
    with running(trained / "model_bin", tmp_path / "log", **variables) as service:
        service.wait("/readyz")
        assert asked(service, collected, tmp_path, key) == 0
        assert newman.open_service(service.url, key) == service.url
        for wrong, why in (("", "and there is none in"), ("another", "not the one in")):
            with pytest.raises(ProjectError, match=f"asks for an API key, {why} [A-Z_]+API_KEY"):
                newman.open_service(service.url, wrong)
    assert key not in "".join(file.read_text() for file in tmp_path.iterdir())
