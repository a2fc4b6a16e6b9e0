"""Azure's pipelines fit its own schema, and each of their steps is a target of the Makefile."""

import copy
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.pipeline_tools import linters
from tests.support.commands import clean_environment
from tests.support.makefiles import targets
from tests.support.projects import Baked

from .pipelines import NAMES, fits, jobs, pipeline, script, steps

CONNECTIONS = ("${{ variables.azureConnection }}", "azure-${{ parameters.environment }}")


@pytest.fixture(scope="module")
def project(baked: Baked) -> Path:
    return baked({"azure": "yes"})


@pytest.mark.parametrize("name", NAMES)
def test_a_pipeline_fits_azures_schema(project: Path, name: str) -> None:
    assert fits(pipeline(project, name))


def places(found: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each mapping inside, and each of its keys that Azure knows."""
    if isinstance(found, list):
        for each in found:
            yield from places(each)
    elif isinstance(found, dict):
        for key, each in found.items():
            yield found, key
            if key not in ("env", "variables"):
                yield from places(each)


@pytest.mark.parametrize("name", NAMES)
def test_each_key_that_is_misspelt_is_found(project: Path, name: str) -> None:
    """The schema holds all of a file but for two places, whose keys are looked at here."""
    found = pipeline(project, name)
    free = set()
    for number, (_, key) in enumerate(places(found)):
        wrong = copy.deepcopy(found)
        mapping, _ = list(places(wrong))[number]
        mapping[f"{key}s"] = mapping.pop(key)
        if fits(wrong):
            free.add(key)
    assert free <= {"vmImage", "endpoint", "options"}
    assert found["pool"] == {"vmImage": "ubuntu-24.04"}
    containers = [job["container"] for job in jobs(found) if "container" in job]
    assert all(list(each) == ["image", "endpoint", "options"] for each in containers)


def test_the_files_here_are_these(project: Path) -> None:
    folder = project / "deploy" / "azure" / "pipelines"
    assert {file.stem for file in folder.glob("*.yml")} == {*NAMES, "variables"}
    shared = pipeline(project, "variables")
    assert list(shared) == ["variables"]
    used = {
        each
        for name in NAMES
        for each in re.findall(r"variables\.(\w+) }}", (folder / f"{name}.yml").read_text("utf-8"))
    }
    assert used | {"AZURE_SUBSCRIPTION_ID"} == set(shared["variables"])


@pytest.mark.parametrize("name", NAMES)
def test_each_step_that_works_is_one_target(project: Path, name: str) -> None:
    known = targets(project)
    for job in jobs(pipeline(project, name)):
        asked = [script(step) for step in steps(job) if script(step)]
        made = [re.findall(r"^(?:.*&& )?make ([a-z-]+)$", text, re.MULTILINE) for text in asked]
        checks = [text for text, found in zip(asked, made, strict=True) if not found]
        assert all(text.startswith("[[ $VERSION =~") for text in checks)
        assert all(len(found) <= 1 and set(found) <= known for found in made)


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_gets_into_a_script_by_the_environment_only(project: Path, name: str) -> None:
    for job in jobs(pipeline(project, name)):
        assert not [text for step in steps(job) if "${{" in (text := script(step))]


@pytest.mark.parametrize("name", NAMES)
def test_scripts_pass_shellcheck(project: Path, name: str) -> None:
    for job in jobs(pipeline(project, name)):
        for text in filter(None, map(script, steps(job))):
            command = [str(linters() / "shellcheck"), "--shell=bash", "-"]
            done = subprocess.run(command, input=text, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_azure_is_reached_by_a_service_connection_and_no_secret(project: Path, name: str) -> None:
    found = pipeline(project, name)
    text = (project / "deploy" / "azure" / "pipelines" / f"{name}.yml").read_text("utf-8")
    assert not re.search(r"secret|password|System\.AccessToken|group:", text, re.IGNORECASE)
    for job in jobs(found):
        for step in steps(job):
            on_azure = re.search(
                r"azure-|az acr|make (promote|models|fetch-model|push)", script(step)
            )
            assert bool(on_azure) == (step.get("task") == "AzureCLI@2")
            if on_azure:
                assert step["inputs"]["azureSubscription"] in CONNECTIONS


@pytest.mark.parametrize("name", ["build-image", "deploy"])
def test_a_pipeline_checks_the_version_that_it_is_told_first(project: Path, name: str) -> None:
    first = next(jobs(pipeline(project, name)))
    step = next(step for step in steps(first) if script(step))
    assert step["env"] == {"VERSION": "${{ parameters.version }}"}
    for value in ("latest", "best", "12", "@champion", "", "baked", "7; ls", "@"):
        told = {"PATH": os.environ["PATH"], "VERSION": value}
        command = ["bash", "--noprofile", "--norc", "-e", "-c", script(step)]
        done = subprocess.run(command, env=told, capture_output=True, text=True)
        right = value in ("latest", "best", "12", "@champion")
        assert (done.returncode == 0) == right, value
        assert done.stdout.startswith("##vso[task.logissue type=error]") == (not right)


def test_jobs_run_in_the_image_of_ci_but_those_that_build_images(project: Path) -> None:
    on_the_agent = {
        (name, job["job"])
        for name in NAMES
        for job in jobs(pipeline(project, name))
        if "container" not in job
    }
    assert on_the_agent == {("build-image", "Image"), ("ci-image", "Image"), ("deploy", "Inputs")}
    (pushed,) = {
        word
        for word in (project / "Makefile").read_text("utf-8").split()
        if word.endswith('-pipelines:latest"')
    }
    (image,) = {
        job["container"]["image"]
        for name in NAMES
        for job in jobs(pipeline(project, name))
        if "container" in job
    }
    assert pushed.strip('"').replace("$$ACR", "") == image.replace("${{ variables.registry }}", "")


def test_a_release_waits_for_its_environment_and_its_tests_are_published(project: Path) -> None:
    inputs, release = jobs(pipeline(project, "deploy"))
    assert "environment" not in inputs
    assert release["environment"] == "${{ parameters.environment }}"
    environment, _, _ = pipeline(project, "deploy")["parameters"]
    assert environment["values"] == ["staging", "production"]
    tasks = [step.get("task") for step in steps(release)]
    assert tasks[-1] == "PublishTestResults@2"
    assert steps(release)[-1]["condition"] == "succeededOrFailed()"


def test_the_image_of_jobs_is_built_and_pushed_to_the_registry_that_is_named(
    project: Path, tmp_path: Path
) -> None:
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    docker.chmod(0o755)
    command = ["make", "-C", str(project), "azure-ci-image"]
    environment = clean_environment(PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert "Say the registry's name, without .azurecr.io" in done.stderr
    subprocess.run([*command, "ACR=own"], env=environment, check=True)
    image = "own.azurecr.io/iris-classifier-pipelines:latest"
    assert (tmp_path / "asked").read_text("utf-8").splitlines() == [
        f"build --target pipelines --tag {image} --file deploy/docker/ci.Dockerfile .",
        f"push {image}",
    ]
