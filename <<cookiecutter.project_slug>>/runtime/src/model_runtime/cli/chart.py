"""The commands of the chart itself."""

from typing import Annotated

import typer

from ..settings import read_settings
from ..terminal import failures_told, say

app = typer.Typer()

Push = Annotated[bool, typer.Option("--push", help="And push it to the image's registry.")]


@app.command()
def chart(push: Push = False) -> None:
    """Package the chart, with config.yaml and the bundle's image as its defaults.

    It installs without the project: `helm install NAME oci://… --version …`.
    """
    with failures_told():
        from ..bundle.read import read_bundle
        from ..delivery.image_name import revision
        from ..delivery.packaged_chart import package, push_chart
        from ..delivery.wanted_image import values_of, wanted_image

        settings = read_settings()
        metadata = read_bundle(settings.paths.bundle).metadata
        repository = settings.image.repository
        image = wanted_image(settings, None, repository, metadata)
        given = values_of(image, settings.deployment.ci_image)
        say(str(image))
        file = package(metadata.version, revision(), image.tag, given)
        say(f"helm install NAME {push_chart(file, repository) if push else file}")


@app.command()
def chart_values() -> None:
    """Write anew the chart's defaults and schema, from the settings."""
    with failures_told():
        from ..delivery.chart import chart_folder, generated

        for name, text in generated().items():
            (chart_folder() / name).write_text(text, "utf-8")
            say(str(chart_folder() / name))
