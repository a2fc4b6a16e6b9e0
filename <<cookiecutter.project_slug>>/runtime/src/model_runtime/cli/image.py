"""The commands of the container image."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ..bundle.metadata import Metadata
from ..settings import Settings, read_settings
from ..terminal import failures_told, say

app = typer.Typer()


Ci = Annotated[bool, typer.Option("--ci", help="The pipelines' image instead, which trains.")]


@app.command()
def image(
    ci: Ci = False,
    name_only: Annotated[bool, typer.Option(help="Only say what it is called.")] = False,
) -> None:
    """Build the image of the service and its bundle; its tag is the model's version."""
    with failures_told():
        from ..delivery.image import arguments, base, find_builder

        settings = read_settings()
        name = _name(settings, ci)
        if name_only:
            sys.stdout.write(f"{name}\n")
            return
        given = base(settings) if ci else arguments(settings, _bundle(settings))
        dockerfile = "deploy/docker/ci.Dockerfile" if ci else "deploy/docker/Dockerfile"
        find_builder(settings.image.tool).build(dockerfile, name, given)
        say(f"Built {name}")


@app.command()
def push(ci: Ci = False) -> None:
    """Push the image; REGISTRY_USERNAME and REGISTRY_PASSWORD log in where they are set."""
    with failures_told():
        from ..delivery.image import find_builder

        settings = read_settings()
        find_builder(settings.image.tool).push(_name(settings, ci))


@app.command()
def sbom() -> None:
    """Write which packages the image has, as CycloneDX."""
    with failures_told():
        from ..delivery.image import sbom as run

        settings = read_settings()
        file = Path("build/sbom.cdx.json")
        run(settings, _bundle(settings), file)
        say(str(file))


@app.command()
def audit() -> None:
    """Look for known vulnerabilities in the image's packages, by pip-audit."""
    with failures_told():
        from ..delivery.image import audit as run

        settings = read_settings()
        run(settings, _bundle(settings))


@app.command()
def check_image() -> None:
    """Start the image as it will run, and ask it all of the Postman collection."""
    with failures_told():
        from ..delivery.check_image import check_image as run

        raise typer.Exit(run(read_settings()))


def _name(settings: Settings, ci: bool) -> str:
    from ..delivery.image import reference

    if ci:
        return f"{settings.image.repository}-ci:latest"
    return reference(settings, _bundle(settings))


def _bundle(settings: Settings) -> Metadata:
    from ..bundle.read import read_bundle

    return read_bundle(settings.paths.bundle).metadata
