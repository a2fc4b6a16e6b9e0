"""The commands of the release in a cluster."""

from pathlib import Path
from typing import Annotated

import typer

from ..bundle.metadata import Metadata
from ..delivery.helm import Helm
from ..delivery.logs import follow
from ..delivery.release import Release
from ..errors import ProjectError
from ..settings import Settings, config_file, read_settings
from ..terminal import console, failures_told, say
from ..yaml_file import read_yaml

app = typer.Typer()

_NAMES = {
    "image": ("repository", "tag", "digest"),
    "deployment": ("release", "namespace", "ci_image"),
}
"""The settings that a file of values may say and that are read here, before Helm reads them."""

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
        settings = read_settings()
        image = _image(settings, tag, values)
        _release(settings, release, namespace, values).deploy(image)


@app.command()
def diff(
    tag: Tag = None, release: Name = None, namespace: Namespace = None, values: Extra = None
) -> None:
    """Show what `deploy` would change in the cluster."""
    with failures_told():
        settings = read_settings()
        image = _image(settings, tag, values)
        changes = _release(settings, release, namespace, values).diff(image)
        say(changes or "Nothing would change.")


@app.command()
def rollback_release(
    revision: Annotated[int | None, typer.Option(help="Left out, the one before.")] = None,
    release: Name = None,
    namespace: Namespace = None,
    values: Extra = None,
) -> None:
    """Run what the release was before, and wait until it is ready."""
    with failures_told():
        _release(read_settings(), release, namespace, values).rollback(revision)


@app.command()
def undeploy(release: Name = None, namespace: Namespace = None, values: Extra = None) -> None:
    """Remove the release from the cluster; its namespace and Secrets stay."""
    with failures_told():
        _release(read_settings(), release, namespace, values).undeploy()


@app.command()
def logs(release: Name = None, namespace: Namespace = None, values: Extra = None) -> None:
    """Follow the log of the service's pods, until Ctrl-C."""
    with failures_told():
        there = _release(read_settings(), release, namespace, values)
        follow(there.name, there.helm.namespace)


def _release(
    settings: Settings, name: str | None, namespace: str | None, values: Path | None
) -> Release:
    own, given = _texts(values, "deployment"), settings.deployment
    release = name or own.get("release") or given.release
    place = namespace or own.get("namespace") or given.namespace
    return Release(release, Helm(place, console), (config_file(), *([values] if values else [])))


def _image(settings: Settings, tag: str | None, values: Path | None) -> dict[str, str]:
    """Return the chart's values that say which images are to run, and tell it."""
    from ..delivery.wanted_image import image_said, values_of, wanted_image

    own = _texts(values, "image")
    repository = own.get("repository") or settings.image.repository
    said = image_said(tag, own, values)
    image = wanted_image(settings, said, repository, _bundle(settings))
    say(str(image))
    ci = _texts(values, "deployment").get("ci_image") or settings.deployment.ci_image
    return values_of(image, ci)


def _texts(values: Path | None, section: str) -> dict[str, str]:
    """Return what a file says of a section's names; whether they fit, Helm sees by the schema.

    Raises:
        ProjectError: One is no text: YAML has read 1.10 as the number 1.1, another image's tag.
    """
    own = read_yaml(values, str(values)).get(section, {}) if values else {}
    if not isinstance(own, dict):
        raise ProjectError(f"{values}: {section} is {own!r}; write lines of `key: value` below it.")
    said = {name: own[name] for name in _NAMES[section] if name in own}
    for name, value in said.items():
        if not isinstance(value, str):
            raise ProjectError(f"{values}: {section}.{name} is {value!r}; write a text, in quotes.")
    return said


def _bundle(settings: Settings) -> Metadata | ProjectError:
    """Return what the bundle says of itself, or why there is none."""
    from ..bundle.read import read_bundle

    try:
        return read_bundle(settings.paths.bundle).metadata
    except ProjectError as error:
        return error
