"""The Jenkins that a project may bring along to run its pipelines."""

import json
import os
import re
import subprocess
from pathlib import Path

import yaml

from .pipeline_tools import REHEARSAL, hadolint, java


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


def test_the_controllers_dockerfile_passes_hadolint(project: Path) -> None:
    file = project / "deploy" / "jenkins" / "controller" / "Dockerfile"
    done = subprocess.run([hadolint(), file], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_make_jenkins_starts_the_controller(project: Path) -> None:
    shown = subprocess.run(
        ["make", "--dry-run", "jenkins"], cwd=project, capture_output=True, text=True, check=True
    )
    assert "docker compose --file deploy/jenkins/controller/compose.yaml up" in shown.stdout
