"""GitHub's workflows, by their own tools; and what a project has that chose none."""

import os
import re
import shutil
import subprocess
from itertools import takewhile
from pathlib import Path

import pytest
import yaml

from tests.support.commands import run
from tests.support.files import COMPLETE, PARTS
from tests.support.makefiles import targets
from tests.support.projects import Baked
from tools.examples import bake

from .pipeline_tools import actionlint, linters, validators


@pytest.fixture(scope="module", params=["no", "yes"], ids=["plain", "azure"])
def project(
    baked: Baked, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Path:
    """A project with workflows, which on Azure do other things."""
    source = baked({**COMPLETE, "azure": request.param})
    made = shutil.copytree(source, tmp_path_factory.mktemp("workflows") / source.name)
    subprocess.run(["git", "init", "--quiet", made], check=True)  # for zizmor and actionlint
    return made


def test_workflows_pass_actionlint_and_zizmor(project: Path) -> None:
    path = {"PATH": f"{linters()}{os.pathsep}{os.environ['PATH']}"}
    for command in ([actionlint()], [linters() / "zizmor", "--offline", "--no-progress", "."]):
        done = subprocess.run(
            [*map(str, command)], cwd=project, env=os.environ | path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_bot_for_dependencies_is_asked_as_its_schema_wants(project: Path) -> None:
    command = [validators() / "check-jsonschema", "--builtin-schema", "vendor.dependabot"]
    run(*command, ".github/dependabot.yml", cwd=project)


def test_the_bot_looks_into_every_folder_that_names_versions(project: Path) -> None:
    asked = yaml.safe_load((project / ".github/dependabot.yml").read_text("utf-8"))["updates"]
    looked = {
        (each["package-ecosystem"], folder)
        for each in asked
        for folder in each.get("directories", [each.get("directory")])
    }
    files = {"docker": "deploy/**/*Dockerfile", "npm": "deploy/**/package.json"}
    there = {
        (kind, f"/{file.parent.relative_to(project)}")
        for kind, pattern in files.items()
        for file in project.glob(pattern)
    }
    rest = {("github-actions", "/"), ("uv", "/"), ("docker-compose", "/deploy")}
    assert looked == there | rest
    assert all(each["cooldown"]["default-days"] >= 7 for each in asked)


def test_actions_are_pinned_by_digest_and_may_do_the_least(project: Path) -> None:
    for file in (project / ".github" / "workflows").glob("*.yml"):
        text = file.read_text("utf-8")
        used = re.findall(r"uses: (\S+)(.*)", text)
        assert used
        for action, version in used:
            pinned = re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)
            assert action == "./.github/workflows/build-image.yml" or (
                pinned and re.fullmatch(r" # v[\d.]+", version)
            )
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            writes = {name for name, what in job["permissions"].items() if what == "write"}
            signs_in = "azure/login@" in str(job) or ("uses" in job and "azure/login@" in text)
            pushes = not signs_in and ("image" in file.name or "uses" in job)
            assert writes == ({"id-token"} if signs_in else {"packages"} if pushes else set())


def checks(project: Path, workflow: str, variable: str) -> list[str]:
    """Return the scripts that check an input, from before anything is checked out or protected."""
    text = (project / ".github" / "workflows" / f"{workflow}.yml").read_text("utf-8")
    first = next(iter(yaml.safe_load(text)["jobs"].values()))
    before = takewhile(lambda step: "uses" not in step, first["steps"])
    return [step["run"] for step in before if variable in step.get("env", {})]


@pytest.mark.parametrize(
    ("workflow", "variable", "right", "wrong"),
    [
        *(
            (
                workflow,
                "VERSION",
                ("latest", "best", "12", "@champion"),
                ("", "baked", "7; ls", "@"),
            )
            for workflow in ("build-image", "deploy")
        ),
        ("deploy", "ENVIRONMENT", ("staging", "production"), ("", "moon", "staging production")),
    ],
)
def test_a_workflow_checks_what_it_is_told(
    project: Path, workflow: str, variable: str, right: tuple[str], wrong: tuple[str]
) -> None:
    (script,) = checks(project, workflow, variable)
    for value in right + wrong:
        told = {"PATH": os.environ["PATH"], variable: value}
        # As GitHub calls it.
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        done = subprocess.run(command, env=told, capture_output=True, text=True)
        assert (done.returncode == 0) == (value in right), value
        assert done.stdout.startswith("::error::") == (value in wrong)


def test_an_input_gets_into_a_script_by_the_environment_only(project: Path) -> None:
    for file in (project / ".github" / "workflows").glob("*.yml"):
        jobs = yaml.safe_load(file.read_text("utf-8"))["jobs"]
        scripts = [
            step["run"] for job in jobs.values() for step in job.get("steps", []) if "run" in step
        ]
        assert not [script for script in scripts if "${{" in script], file


def test_deploy_checks_before_it_names_the_environment(project: Path) -> None:
    text = (project / ".github" / "workflows" / "deploy.yml").read_text("utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert jobs["deploy"]["needs"] == "inputs"
    assert "environment" not in jobs["inputs"]
    # A job's group, not the workflow's: production's wait for approval is nobody else's.
    assert jobs["deploy"]["concurrency"] == {"group": "deploy-${{ inputs.environment }}"}


@pytest.mark.parametrize(
    ("question", "folder", "target"),
    [
        ("github_actions", ".github", ""),
        ("jenkins_controller", "deploy/jenkins/controller", "jenkins"),
        ("monitoring", "deploy/monitoring", ""),
        ("ansible", "deploy/ansible", "hosts"),
        ("ansible", "deploy/ansible", "deploy-containers"),
        ("azure", "deploy/azure", "azure-infra"),
    ],
)
def test_what_is_not_chosen_is_not_there(
    baked: Baked, question: str, folder: str, target: str
) -> None:
    made = baked()
    assert not (made / folder).exists()
    assert not target or f"\n{target}:" not in (made / "Makefile").read_text("utf-8")
    assert question in PARTS


KEPT = ("monitoring", "ansible", "azure")


def test_what_is_not_chosen_leaves_what_is_somebodys_own(tmp_path: Path) -> None:
    folders = (".github", "deploy/jenkins/controller", *(f"deploy/{part}" for part in KEPT))
    for folder in folders:
        own = tmp_path / "iris-classifier" / folder / "mine.txt"
        own.parent.mkdir(parents=True)
        own.write_text("mine")
    made = bake(dict.fromkeys(PARTS, "no"), tmp_path)
    for folder in folders:
        assert [path.name for path in (made / folder).rglob("*")] == ["mine.txt"]


def test_on_azure_a_runner_signs_in_by_oidc_and_has_no_other_secret(baked: Baked) -> None:
    made = baked({**COMPLETE, "azure": "yes"})
    signed_in = set()
    for file in (made / ".github" / "workflows").glob("*.yml"):
        text = file.read_text("utf-8")
        assert "secrets." not in text
        for job in yaml.safe_load(text)["jobs"].values():
            named = [
                step.get("uses", "").partition("@")[0] or step["run"]
                for step in job.get("steps", [])
            ]
            wanted = r"azure-|az acr|make (promote|models|fetch-model|push)"
            on_azure = [at for at, each in enumerate(named) if re.search(wanted, each)]
            if on_azure:
                assert named.index("azure/login") < min(on_azure)
                signed_in.add(file.stem)
    assert signed_in == {"train-model", "build-image", "deploy"}


def test_each_step_is_a_target(project: Path) -> None:
    known = targets(project)
    for file in (project / ".github" / "workflows").glob("*.yml"):
        for job in yaml.safe_load(file.read_text("utf-8"))["jobs"].values():
            asked = [step["run"] for step in job.get("steps", []) if "run" in step]
            made = [found for text in asked for found in re.findall(r"\bmake ([a-z-]+)$", text)]
            assert set(made) <= known
