"""The command that starts a pipeline."""

import os
import subprocess
from typing import Annotated, Literal

import typer

from ..errors import ProjectError
from ..settings import read_settings
from ..terminal import failures_told, say

app = typer.Typer()


@app.command()
def run_pipeline(
    pipeline: Annotated[str, typer.Argument(help="train-model, build-image, deploy, …")],
    version: Annotated[str, typer.Option(help="For build-image and deploy.")] = "",
    environment: Annotated[str, typer.Option(help="For deploy.")] = "",
    on: Annotated[
        Literal["jenkins", "github"] | None,
        typer.Option(help="Left out, Jenkins where jenkins.url is set, else GitHub."),
    ] = None,
    ref: Annotated[str, typer.Option(help="GitHub's branch.")] = "main",
) -> None:
    """Start a pipeline on Jenkins or GitHub, and say where its run is."""
    with failures_told():
        from ..delivery.pipelines import GitHub, Jenkins, Order, repository_of

        jenkins = read_settings().jenkins
        given = {"version": version, "environment": environment}
        order = Order(pipeline, {name: value for name, value in given.items() if value})
        order.check(tuple(jenkins.environments))
        if on == "jenkins" and not jenkins.url:
            raise ProjectError("config.yaml has no jenkins.url: the folder that has the jobs.")
        if on == "jenkins" or (on is None and jenkins.url):
            say(Jenkins(jenkins.url).start(order))
            return
        repository = os.environ.get("GITHUB_REPOSITORY") or repository_of(_remote())
        api = os.environ.get("GITHUB_API_URL") or GitHub.api
        say(GitHub(repository, ref, api).start(order))


def _remote() -> str:
    command = ["git", "remote", "get-url", "origin"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip()
