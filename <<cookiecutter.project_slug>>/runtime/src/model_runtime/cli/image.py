"""The commands of the container image."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ProjectError
from ..settings import Settings, read_settings
from ..terminal import failures_told, say

if TYPE_CHECKING:
    from ..bundle.metadata import Metadata
    from ..delivery.image_note import ImageNote

app = typer.Typer()


Ci = Annotated[bool, typer.Option("--ci", help="The pipelines' image instead, which trains.")]
IfNeeded = Annotated[
    bool, typer.Option("--if-needed", help="That one only where the settings need it.")
]


@app.command()
def image(
    ci: Ci = False,
    if_needed: IfNeeded = False,
    name_only: Annotated[bool, typer.Option(help="Only say what it is called.")] = False,
) -> None:
    """Build the image of the service and its bundle; its tag is the model's version and commit."""
    with failures_told():
        from ..delivery.image import arguments, find_builder, system_packages
        from ..delivery.image_note import forget_note
        from ..delivery.pins import pinned

        settings = read_settings()
        name = _name(settings, ci)
        if name_only:
            sys.stdout.write(f"{name}\n")
            return
        if if_needed and not _is_needed(settings):
            return
        given = system_packages(settings) if ci else arguments(settings, _bundle(settings))
        dockerfile = "deploy/docker/ci.Dockerfile" if ci else "deploy/docker/Dockerfile"
        find_builder(settings.image.tool).build(dockerfile, name, given, settings.image.base)
        forget_note(ci=ci)
        say(f"Built {name}")
        if not (settings.image.base or pinned(Path(dockerfile))):
            say(
                "Its base is named by tag: `make pin-images` names it by digest, to build the same."
            )


@app.command()
def wanted_image(
    tag: Annotated[str | None, typer.Option(help="Left out, the bundle's image.")] = None,
) -> None:
    """Say which image a deployment runs: by its digest where a push has noted that."""
    with failures_told():
        from ..delivery.wanted_image import image_said
        from ..delivery.wanted_image import wanted_image as wanted

        settings = read_settings()
        repository = settings.image.repository
        found = wanted(settings, image_said(tag, {}, None), repository, _bundle(settings))
        sys.stdout.write(f"{found.reference}\n")


@app.command()
def push(ci: Ci = False, if_needed: IfNeeded = False) -> None:
    """Push the image; REGISTRY_USERNAME and REGISTRY_PASSWORD log in where they are set.

    Its digest is noted in build/, and with the version on the tracking server, for `deploy`.
    """
    with failures_told():
        from ..delivery.image import find_builder
        from ..delivery.image_name import revision
        from ..delivery.image_note import ImageNote, keep_note

        settings = read_settings()
        if if_needed and not _is_needed(settings):
            return
        metadata = None if ci else _bundle(settings)
        name = _name(settings, ci)
        digest = find_builder(settings.image.tool).push(name)
        note = ImageNote(reference=name, digest=digest, commit=revision())
        if metadata:
            about = {"version": metadata.version, "bundle": metadata.digest}
            note = note.model_copy(update=about)
        file = keep_note(note, ci=ci)
        say(f"Pushed {name}, {digest or 'its digest is not known'}; noted in {file}")
        if metadata:
            _share(settings, metadata, note)


@app.command()
def pin_images() -> None:
    """Write the digests of the newest images of their tags into the Dockerfiles of deploy/."""
    with failures_told():
        from ..delivery.pins import pin

        for line in pin(Path("deploy")):
            say(line)


@app.command()
def sbom() -> None:
    """Write what the image has: packages of Python and Debian, and the model, as CycloneDX."""
    with failures_told():
        from ..delivery.image import find_builder
        from ..delivery.sbom import read_installed, write_sbom

        settings = read_settings()
        tool, image = find_builder(settings.image.tool).tool, _name(settings, ci=False)
        file = Path("build/sbom.cdx.json")
        write_sbom(read_installed(tool, image), image, _bundle(settings), file)
        say(str(file))


@app.command()
def audit() -> None:
    """Look for known vulnerabilities in what the image has, by pip-audit and Debian's archive."""
    with failures_told():
        from ..delivery.audit import audit as run
        from ..delivery.image import find_builder
        from ..delivery.sbom import read_installed

        settings = read_settings()
        tool, image = find_builder(settings.image.tool).tool, _name(settings, ci=False)
        run(tool, image, read_installed(tool, image))


@app.command()
def check_image() -> None:
    """Start the image as it will run, and ask it all of the Postman collection."""
    with failures_told():
        from ..delivery.check_image import check_image as run

        raise typer.Exit(run(read_settings()))


def _is_needed(settings: Settings) -> bool:
    """Tell whether a release needs the image that fetches and trains, and say why."""
    from ..delivery.ci_image import needs_of_ci_image

    needs = needs_of_ci_image(settings)
    say(f"Needed by {', '.join(needs)}." if needs else "No release needs it: left out.")
    return bool(needs)


def _name(settings: Settings, ci: bool) -> str:
    from ..delivery.image_name import ci_reference, reference, revision

    if ci:
        return ci_reference(settings.image.repository, revision())
    return reference(settings, _bundle(settings))


def _share(settings: Settings, metadata: "Metadata", note: "ImageNote") -> None:
    """Note a pushed image with its version on the tracking server, where that has the version."""
    from ..delivery.image_note import TAG
    from ..registry.client import DIGEST, ModelRegistry

    registry = ModelRegistry(settings)
    if registry.embedded or not note.digest:
        return
    try:
        for version in registry.versions():
            if (version.number, version.tags[DIGEST]) == (metadata.version, metadata.digest):
                registry.tag(version, TAG, note.model_dump_json())
                say(f"Noted with version {version.number} in {registry}, too")
    except ProjectError as error:
        raise ProjectError(
            f"{error} The image is pushed, but another machine can't know its digest: push again "
            "(`make push`)."
        ) from error


def _bundle(settings: Settings) -> "Metadata":
    from ..bundle.read import read_bundle

    return read_bundle(settings.paths.bundle).metadata
