"""The commands of the release in a cluster."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from ..delivery.helm import Helm
from ..delivery.logs import follow
from ..delivery.release import Release
from ..errors import ProjectError
from ..settings import Deployment, Settings, config_file, read_settings
from ..terminal import console, failures_told, say
from ..yaml_file import read_yaml

if TYPE_CHECKING:
    from ..bundle.metadata import Metadata

app = typer.Typer()

Name = Annotated[str | None, typer.Option("--release", help="Instead of deployment.release.")]
Namespace = Annotated[str | None, typer.Option(help="Instead of deployment.namespace.")]
Tag = Annotated[str | None, typer.Option(help="The image's tag; left out, the bundle's image.")]
Extra = Annotated[Path | None, typer.Option("--values", help="Settings that differ there.")]


@app.command()
def deploy(
    tag: Tag = None, release: Name = None, namespace: Namespace = None, values: Extra = None
) -> None:
    """Run the bundle's image in the cluster, wait until it is ready, and ask it.

    A release that does not become ready, or fails its own test, is taken back; the former serves.
    """
    with failures_told():
        settings = read_settings(values)
        image = _image(settings, tag, values)
        release_of(settings, release, namespace, values).deploy(image)


@app.command()
def diff(
    tag: Tag = None, release: Name = None, namespace: Namespace = None, values: Extra = None
) -> None:
    """Show what `deploy` would change in the cluster."""
    with failures_told():
        settings = read_settings(values)
        image = _image(settings, tag, values)
        changes = release_of(settings, release, namespace, values).diff(image)
        say(changes or "Nothing would change.")


@app.command()
def lint_chart(values: Extra = None) -> None:
    """Check the chart with config.yaml, as `deploy` would find it; no cluster is asked."""
    with failures_told():
        release_of(read_settings(values), None, None, values).lint()


@app.command()
def rollback_release(
    revision: Annotated[int | None, typer.Option(min=1, help="Left out, the one before.")] = None,
    release: Name = None,
    namespace: Namespace = None,
    values: Extra = None,
) -> None:
    """Run what the release was before, and wait until it is ready."""
    with failures_told():
        release_of(read_settings(values), release, namespace, values).rollback(revision)


@app.command()
def undeploy(release: Name = None, namespace: Namespace = None, values: Extra = None) -> None:
    """Remove the release from the cluster; its namespace and Secrets stay."""
    with failures_told():
        release_of(read_settings(values), release, namespace, values).undeploy()


@app.command()
def logs(release: Name = None, namespace: Namespace = None, values: Extra = None) -> None:
    """Follow the log of the service's pods, until Ctrl-C."""
    with failures_told():
        there = release_of(read_settings(values), release, namespace, values)
        follow(there.name, there.helm.namespace)


def release_of(
    settings: Settings, name: str | None, namespace: str | None, values: Path | None
) -> Release:
    """Return the release that options and settings name, with its values.

    Raises:
        ProjectError: It or its namespace can't be called so.
    """
    release = name or settings.deployment.release
    place = namespace or settings.deployment.namespace
    try:
        given = Deployment(release=release, namespace=place)
    except ValidationError as error:
        said = [f"{each['loc'][0]}: {each['ctx']['error']}" for each in error.errors()]
        raise ProjectError("; ".join(said)) from error
    files = (config_file(), *([values] if values else []))
    return Release(given.release, Helm(given.namespace, console), files)


def _image(settings: Settings, tag: str | None, values: Path | None) -> dict[str, str]:
    """Return the chart's values that say which images are to run, and tell it."""
    from ..delivery.wanted_image import image_said, values_of, wanted_image

    own = read_yaml(values, str(values)).get("image", {}) if values else {}
    said = image_said(tag, own, values)
    image = wanted_image(settings, said, settings.image.repository, _bundle(settings))
    say(str(image))
    return values_of(image, settings.deployment.ci_image)


def _bundle(settings: Settings) -> "Metadata | ProjectError":
    """Return what the bundle says of itself, or why there is none."""
    from ..bundle.read import read_bundle

    try:
        return read_bundle(settings.paths.bundle).metadata
    except ProjectError as error:
        return error
