"""The files of delivery agree: ports, paths, user, image, make targets, settings."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.files import COMPLETE, texts
from tests.support.makefiles import NAMED, targets
from tests.support.projects import Baked

DELIVERY = re.compile(r"(deploy|\.github)/|\.dockerignore")
COMMENT = re.compile(r"^\s*(#|//|/?\*|\{\{/\*).*$|\s#\s.*$", re.MULTILINE)
# make retrain; make --no-print-directory diff; [make, retrain]; ["make", "help"]
CALLED = re.compile(r"\bmake\b[\"']?,?(?: --[a-z-]+)* [\"']?([a-z][a-z-]*)\b")
PIPELINES = ("continuous-integration", "train-model", "build-image", "deploy")


@pytest.fixture(scope="module", params=["iris-classifier", "another-name"])
def project(request: pytest.FixtureRequest, baked: Baked) -> Path:
    """Projects under two names, for a name that is written out where it should be rendered."""
    return baked({**COMPLETE, "project_slug": request.param})


@pytest.fixture(scope="module")
def config(project: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((project / "config.yaml").read_text("utf-8")))


@pytest.fixture(scope="module")
def delivery(project: Path) -> dict[str, str]:
    """The text of each file that delivers, without its comments."""
    found = {str(path): text for path, text in texts(project).items()}
    return {
        path: text if path.endswith(".md") else COMMENT.sub("", text)
        for path, text in found.items()
        if DELIVERY.match(path)
    }


def having(delivery: dict[str, str], pattern: str) -> Iterator[tuple[str, str]]:
    """Yield each file's path with what a pattern's group finds in it."""
    for path, text in delivery.items():
        for found in re.findall(pattern, text, re.MULTILINE):
            yield path, found


def composed(project: Path) -> dict[str, Any]:
    """Return the services of Compose."""
    text = (project / "deploy" / "compose.yaml").read_text("utf-8")
    return dict(yaml.safe_load(text)["services"])


def service_image(delivery: dict[str, str]) -> str:
    """Return the stages that the image is made of."""
    return delivery["deploy/docker/Dockerfile"].partition("\nFROM base AS libraries\n")[2]


def test_every_make_target_that_is_called_or_named_is_there(
    project: Path, delivery: dict[str, str]
) -> None:
    known = targets(project)
    named = {
        (str(path), word)
        for path, text in texts(project).items()
        if path.suffix == ".md" or (path.suffix == ".py" and path.parts[0] == "deploy")
        for words in NAMED.findall(text)
        for word in words.split()
    }
    code = {path: text for path, text in delivery.items() if not path.endswith((".md", ".py"))}
    called = {
        (path, word)
        for path, text in code.items()
        for word in CALLED.findall(re.sub(r"^\s*- name: .*|.*description:.*", "", text, flags=re.M))
        if "Dockerfile" not in path or word not in {"nodejs", "python"}
    }
    assert {"retrain", "deploy", "image", "test-api"} <= {word for _, word in called}
    assert {(path, word) for path, word in named | called if word not in known} == set()


def test_the_port_is_one(config: dict[str, Any], project: Path, delivery: dict[str, str]) -> None:
    port = str(config["serving"]["port"])
    image = service_image(delivery)
    assert re.findall(r"^ARG PORT=(\d+)", image, re.M) == [port]
    assert re.findall(r"^EXPOSE (\S+)", image, re.M) == ["${PORT}"]
    service = composed(project)["service"]
    assert {address.rpartition(":")[2] for address in service["ports"]} == {port}
    prefix = f"{package(project).upper()}_"
    assert service["environment"][f"{prefix}SERVING__PORT"] == port
    scraped = dict(having({"": delivery["deploy/monitoring/prometheus.yaml"]}, r"service:(\d+)"))
    assert set(scraped.values()) == {port}
    templates = {path: text for path, text in delivery.items() if "/templates/" in path}
    assert not list(having(templates, rf"(\b{port}\b)"))
    assert list(having(templates, r"containerPort: (.*)"))
    for path, told in having(templates, r"containerPort: (.*)"):
        assert told == "{{ .Values.serving.port }}", path


def package(project: Path) -> str:
    return next(path.name for path in (project / "src").iterdir())


def test_the_user_is_one(delivery: dict[str, str]) -> None:
    last = [
        (path, re.findall(r"^USER (\S+)", text, re.M)[-1:])
        for path, text in delivery.items()
        if path.startswith("deploy/docker/") and path.endswith("Dockerfile")
    ]
    assert last
    assert [(path, user) for path, user in last if user != ["10001:10001"]] == []
    users = list(having(delivery, r"(?:runAsUser|runAsGroup|fsGroup): (\d+)"))
    users += list(having(delivery, r"else \}\}(\d{4,})"))
    users += list(having(delivery, r"^ +user: \"?(\d+)"))
    assert users
    assert {user for _, user in users} == {"10001"}


def test_an_image_has_the_library_before_it_installs_what_needs_it(
    delivery: dict[str, str],
) -> None:
    installing = {path: text for path, text in delivery.items() if "uv sync" in text}
    assert len(installing) == 4
    for path, text in installing.items():
        assert 0 < text.find("COPY runtime") < text.find("uv sync"), path


def test_the_paths_agree(config: dict[str, Any], project: Path, delivery: dict[str, str]) -> None:
    image = service_image(delivery)
    assert re.findall(r"^WORKDIR (\S+)", image, re.M) == ["/app"]
    copied = re.findall(r" /app/(\S+)", image)
    needed = {config["paths"]["bundle"], config["paths"]["client"], "config.yaml", "src"}
    assert needed <= set(copied)
    allowed = re.findall(r"^!(\S+)", (project / ".dockerignore").read_text("utf-8"), re.M)
    assert needed <= set(allowed)
    started = 'CMD ["python", "-m", "model_runtime.serving"]'
    assert image.rstrip().endswith(started)
    routes = {"/livez", "/readyz"}
    probed = set(having(delivery, r"httpGet:\s+path: (\S+)"))
    assert {path for _, path in probed} == routes
    assert "/readyz" in image


def test_the_image_is_one(config: dict[str, Any], project: Path, delivery: dict[str, str]) -> None:
    repository = config["image"]["repository"]
    assert repository == config["deployment"]["release"] == project.name
    service = composed(project)["service"]
    assert repository in service["image"]
    chart = f"deploy/helm/{project.name}"
    assert ".Values.image.repository" in delivery[f"{chart}/templates/_helpers.tpl"]
    assert yaml.safe_load(delivery[f"{chart}/Chart.yaml"])["name"] == project.name
    bases = set(having(delivery, r"^FROM (\S*python:\S+)"))
    assert len(bases) == 4
    assert len({base for _, base in bases}) == 1


def test_images_are_named_where_the_bot_for_dependencies_finds_them(
    delivery: dict[str, str],
) -> None:
    """In FROM itself, with a tag: it reads no ARG."""
    stages = {stage for _, stage in having(delivery, r"^FROM \S+ AS (\S+)")}
    begun = {name for path, name in having(delivery, r"^FROM (\S+)") if "Dockerfile" in path}
    assert len(begun - stages) > 3
    assert all(re.fullmatch(r"[\w./-]+:[\w.-]+", name) for name in begun - stages), begun


def test_helm_is_one(delivery: dict[str, str]) -> None:
    helms = set(having(delivery, r"alpine/helm:(\S+)"))
    assert len({version for _, version in helms}) == 1, helms


def test_environment_variables_are_settings(
    config: dict[str, Any], project: Path, delivery: dict[str, str]
) -> None:
    schema = json.loads(delivery[f"deploy/helm/{project.name}/values.schema.json"])
    prefix = f"{package(project).upper()}_"
    variables = set(having(delivery, rf"\b{prefix}(\w+)"))
    variables |= set(having(delivery, r"include \"prefix\" \S+ }}([A-Z_]+)"))
    assert variables
    known = {f"{section}__{key}" for section, keys in config.items() for key in keys}
    known |= {"serving__admin_token", "log__hash_key", "log__shared_key", "config", "api_key"}
    known |= {f"{section}__" for section in config}
    unknown = {
        (path, name)
        for path, name in variables
        if "__".join(name.lower().split("__")[:2]) not in known
    }
    assert unknown == set()
    assert set(config) <= set(schema["properties"])


def test_environments_are_the_same_everywhere(config: dict[str, Any], project: Path) -> None:
    environments = config["jenkins"]["environments"]
    jenkins = (project / "deploy" / "jenkins" / "deploy.Jenkinsfile").read_text("utf-8")
    choices = re.search(r"name: 'ENVIRONMENT', choices: \[(.*?)\]", jenkins)
    assert choices
    assert re.findall(r"'(\w+)'", choices[1]) == list(environments)
    workflow = (project / ".github" / "workflows" / "deploy.yml").read_text("utf-8")
    options = re.search(r"options: \[(.*)\]", workflow)
    assert options
    assert options[1].split(", ") == list(environments)
    # GitHub's is the namespace by its name.
    assert {name: target["namespace"] for name, target in environments.items()} == {
        name: name for name in environments
    }


def jenkinsfile(project: Path, pipeline: str) -> str:
    """Return a pipeline's text, with the one target that project.groovy calls for it."""
    file = project / "deploy" / "jenkins" / f"{pipeline}.Jenkinsfile"
    return file.read_text("utf-8").replace("project.setup()", "sh 'make setup'")


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_workflows_have_the_stages_of_jenkins(baked: Baked, pipeline: str) -> None:
    """On Azure they train and release there, as Azure Pipelines do."""
    project = baked({**COMPLETE, "azure": "no"})
    jenkins = jenkinsfile(project, pipeline)
    staged = re.findall(r"stage\('([^']*)'\)(?:(?!stage\().)*?\bmake ([a-z-]+)'", jenkins, re.S)
    workflow = yaml.safe_load(
        (project / ".github" / "workflows" / f"{pipeline}.yml").read_text("utf-8")
    )
    job = next(each for each in workflow["jobs"].values() if "make setup" in str(each))
    steps = [
        (step["name"], step["run"].removeprefix("make "))
        for step in job["steps"]
        if step.get("run", "").startswith("make ")
    ]
    assert steps == staged
    cron = re.search(r"cron\('H (.*)'\)", jenkins)
    if cron:
        # YAML's `on` is true.
        assert workflow[True]["schedule"] == [{"cron": f"0 {cron[1]}"}]


def test_readme_of_jenkins_names_the_stages(project: Path) -> None:
    readme = (project / "deploy" / "jenkins" / "README.md").read_text("utf-8")
    for pipeline in PIPELINES:
        row = re.search(rf"^\| `{pipeline}` \| (.*?) \|", readme, re.M)
        assert row, pipeline
        jenkins = jenkinsfile(project, pipeline)
        assert row[1].split(", ") == re.findall(r"make ([a-z-]+)'", jenkins)
