"""The Jenkins that a project may bring along to run its pipelines."""

import json
import os
import re
import subprocess
from pathlib import Path

import yaml

from .pipeline_tools import REHEARSAL, compose, hadolint, java


def test_the_controller_has_a_job_for_each_pipeline(project: Path) -> None:
    jenkins = project / "deploy" / "jenkins"
    done = subprocess.run(
        [*java(), REHEARSAL / "seed.groovy", jenkins / "controller" / "jobs.groovy"],
        env=os.environ | {"PROJECT_REPOSITORY": "file:///project", "PROJECT_BRANCH": "main"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[:2000]
    jobs: dict[str, str] = json.loads(done.stdout)
    expected = {
        f"iris-classifier/{file.stem}": f"deploy/jenkins/{file.name}"
        for file in jenkins.glob("*.Jenkinsfile")
    }
    assert expected
    assert jobs == {"iris-classifier": None} | expected


def test_the_controllers_configuration_gets_all_that_it_asks_for(project: Path) -> None:
    folder = project / "deploy" / "jenkins" / "controller"
    text = (folder / "casc.yaml").read_text("utf-8")
    casc = yaml.safe_load(text)
    service = yaml.safe_load((folder / "compose.yaml").read_text("utf-8"))["services"]["jenkins"]
    wanted = set(re.findall(r"\$\{(\w+)", text))
    wanted |= set(re.findall(r"getenv\('(\w+)'\)", (folder / "jobs.groovy").read_text("utf-8")))
    assert wanted <= set(service["environment"])
    (admin,) = casc["jenkins"]["securityRealm"]["local"]["users"]
    assert admin["password"] == "${JENKINS_ADMIN_PASSWORD}"
    assert service["environment"]["JENKINS_ADMIN_PASSWORD"].startswith("${JENKINS_ADMIN_PASSWORD:?")
    dockerfile = (folder / "Dockerfile").read_text("utf-8")
    assert "COPY casc.yaml jobs.groovy /etc/jenkins/" in dockerfile
    assert casc["jobs"] == [{"file": "/etc/jenkins/jobs.groovy"}]
    plugins = (folder / "plugins.txt").read_text("utf-8").split()
    assert all(re.fullmatch(r"[a-z-]+:\d[\w.]+", plugin) for plugin in plugins)


STEPS = {
    "archiveArtifacts|sh|retry|stash|input": "workflow-aggregator",
    "checkout scm|pollSCM": "git",
    "junit": "junit",
    "lock": "lockable-resources",
    "readYaml": "pipeline-utility-steps",
    "withCredentials|usernamePassword": "credentials-binding",
    r"\bfile\(": "plain-credentials",
    "withDockerContainer": "docker-workflow",
}
"""Words of the pipelines, each with the plugin that it comes from."""

OF_THE_CONTROLLER = {"configuration-as-code", "job-dsl"}
FOR_PEOPLE = {"cloudbees-folder", "pipeline-graph-view"}


def test_the_plugins_are_those_of_the_steps_and_the_readme_names_them(project: Path) -> None:
    jenkins = project / "deploy" / "jenkins"
    lines = (jenkins / "controller" / "plugins.txt").read_text("utf-8").split()
    plugins = [line.partition(":")[0] for line in lines]
    assert plugins == sorted(plugins)
    code = "".join(file.read_text("utf-8") for file in jenkins.glob("*.[Jg]*"))
    assert all(re.search(words, code) for words in STEPS)
    assert set(plugins) == {*STEPS.values(), *OF_THE_CONTROLLER, *FOR_PEOPLE}
    told = re.search(r"Plugins:\s(.*?)\.", (jenkins / "README.md").read_text("utf-8"), re.S)
    assert told
    named = set(re.findall(r"[a-z-]{3,}", told[1].replace(" and ", " ")))
    assert named == set(plugins) - OF_THE_CONTROLLER


def test_compose_itself_reads_the_controllers_file(project: Path) -> None:
    folder = project / "deploy" / "jenkins" / "controller"
    given = {"JENKINS_ADMIN_PASSWORD": "secret", "PROJECT_BRANCH": "main"}
    command = [str(compose()), "config", "--format", "json"]

    def read(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
        own = {"PATH": os.environ["PATH"], "HOME": str(project)} | variables
        return subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True)

    service = json.loads(read(given).stdout)["services"]["jenkins"]
    assert str(project) in [volume["source"] for volume in service["volumes"]]
    for name in given:
        refused = read({other: value for other, value in given.items() if other != name})
        assert refused.returncode != 0
        assert f"required variable {name} is missing a value" in refused.stderr


def test_the_controllers_dockerfile_passes_hadolint(project: Path) -> None:
    file = project / "deploy" / "jenkins" / "controller" / "Dockerfile"
    done = subprocess.run([hadolint(), file], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_make_jenkins_starts_the_controller(project: Path) -> None:
    shown = subprocess.run(
        ["make", "--dry-run", "jenkins"], cwd=project, capture_output=True, text=True, check=True
    )
    assert "docker compose --file deploy/jenkins/controller/compose.yaml up" in shown.stdout
