"""The steps of jobs, as the cluster runs them: each in a fresh copy of the code's snapshot."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from model_azure.learning.snapshot import snapshot
from model_azure.pipeline.job import pipeline
from model_azure.settings import read_azure

from tests.support.commands import run
from tests.support.projects import quick


class Cluster:
    """Runs commands of jobs, with what they bring, and keeps their outputs."""

    def __init__(self, folder: Path, project: Path) -> None:
        self.folder, self.project, self.runs = folder, project, 0
        (project / "uv.lock").write_text("version = 1\n")
        with snapshot() as code:
            shutil.copytree(code, folder / "code")
            job = pipeline("code:1", "training:1", read_azure(), "iris", None)
            self.steps = {
                node.component.name: str(node.component.command) for node in job.jobs.values()
            }

    def run(self, command: str, **places: Path) -> str:
        """Run a command, its inputs and outputs in the places given."""
        self.runs += 1
        work = shutil.copytree(self.folder / "code", self.folder / f"run-{self.runs}")
        command = re.sub(
            r"\$\[\[(.*?)\]\]",
            lambda found: found[1] if "data" in places else "",
            command,
        )
        for name, place in places.items():
            kind, _, own = name.partition("_") if "_" in name else ("inputs", "", name)
            command = command.replace(f"${{{{{kind}.{own}}}}}", str(place))
        assert "${{" not in command
        environment = quick(self.project) | {
            "MLFLOW_TRACKING_URI": f"sqlite:///{self.folder}/mlflow.db",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        return run("bash", "-c", command, cwd=work, **environment)


@pytest.fixture
def machines(project: Path, tmp_path: Path) -> Cluster:
    return Cluster(tmp_path, project)


@pytest.mark.slow
def test_the_pipelines_steps_go_from_data_to_a_champion(machines: Cluster, tmp_path: Path) -> None:
    data, bundle = tmp_path / "data", tmp_path / "bundle"
    data.mkdir()
    machines.run(machines.steps["data"], outputs_data=data)
    assert [path.name for path in data.iterdir()] == ["README.md"]
    shown = machines.run(machines.steps["train"], data=data, outputs_bundle=bundle)
    assert "version 1" in shown
    assert (bundle / "metadata.json").is_file()
    shown = machines.run(machines.steps["gates"], data=data, bundle=bundle)
    assert "The champion is version 1." in shown


def test_a_jobs_data_are_where_the_use_case_looks_for_them(
    machines: Cluster, tmp_path: Path
) -> None:
    given, output = tmp_path / "given", tmp_path / "output"
    given.mkdir()
    (given / "rows.csv").write_text("a\n1\n")
    machines.run(machines.steps["data"], data=given, outputs_data=output)
    assert (output / "rows.csv").read_text() == "a\n1\n"
    assert (tmp_path / "run-1" / "data" / "rows.csv").is_file()
