"""The command of the managed online endpoint."""

from typing import Annotated

import typer
from model_runtime.settings import read_settings
from model_runtime.terminal import console, failures_told, say, stoppable

from ..settings import read_azure

app = typer.Typer()


@app.command()
def endpoint(
    tag: Annotated[
        str, typer.Option(help="Of an image of the bundle; left out, the one that was pushed.")
    ] = "",
) -> None:
    """Run the bundle's image as a managed online endpoint, blue beside green."""
    with failures_told(), stoppable():
        from model_runtime.bundle.read import read_bundle
        from model_runtime.delivery.wanted_image import image_said, wanted_image
        from model_runtime.progress import Progress

        from ..cloud import workspace
        from ..endpoint.online import OnlineEndpoints
        from ..endpoint.parts import check_image, deployment
        from ..endpoint.question import Question
        from ..endpoint.release import Rollout

        azure, settings = read_azure(), read_settings()
        bundle = read_bundle(settings.paths.bundle)
        said = image_said(tag, {}, "")
        image = wanted_image(settings, said, settings.image.repository, bundle.metadata)
        check_image(image)
        say(str(image))
        there = OnlineEndpoints(workspace(azure), azure.name)
        rollout = Rollout(azure, there, Question.of(bundle, settings), Progress(console))
        address = rollout.run(
            lambda name: deployment(azure, name, image, settings, bundle.metadata)
        )
        say(
            f"{address.url} answers version {bundle.metadata.version}. Its key: az ml "
            f"online-endpoint get-credentials --name {azure.name} --resource-group "
            f"{azure.resource_group} --workspace-name {azure.name}"
        )
