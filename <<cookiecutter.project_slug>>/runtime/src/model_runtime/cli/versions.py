"""The commands of the versions in the registry."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ProjectError
from ..settings import read_settings
from ..terminal import confirmed, console, failures_told, logging_to_console, say, stoppable
from .model import Workers

if TYPE_CHECKING:
    from ..bundle.metadata import Metadata
    from ..registry.client import ModelRegistry

app = typer.Typer()

Wanted = Annotated[
    str, typer.Option("--version", help="latest, best, a number, or an alias like @champion.")
]


@app.command()
def models() -> None:
    """List the versions: number, date, engine, metrics, alias."""
    with failures_told():
        from ..registry.client import ModelRegistry
        from ..registry.table import versions_table

        with console.status("The registry is being read …"):
            table = versions_table(ModelRegistry(read_settings()))
        console.print(table)


@app.command()
def fetch_model(version: Wanted = "@champion") -> None:
    """Put a version from the registry in the place of the bundle, once it is verified."""
    with failures_told():
        from ..features import read_features
        from ..registry.client import ModelRegistry
        from ..registry.fetch import fetch

        settings = read_settings()
        with console.status(f"{version} is being fetched …"):
            registry = ModelRegistry(settings)
            metadata = fetch(registry, version, settings, read_features())
        say(f"{settings.paths.bundle} is version {metadata.version}, engine {metadata.engine}.")
        _note_image(registry, metadata)


def _note_image(registry: "ModelRegistry", metadata: "Metadata") -> None:
    """Bring along the note of the image that was pushed of a version, for `deploy`."""
    from ..delivery.image_note import TAG, is_about, keep_note, parse_note

    text = registry.find(str(metadata.version)).tags.get(TAG, "")
    if (note := parse_note(text)) and is_about(note, metadata):
        say(f"Its image is {note.reference}, {note.digest}; noted in {keep_note(note)}.")


@app.command()
def promote(
    version: Wanted = "latest",
    force: Annotated[bool, typer.Option(help="Without the comparison with the champion.")] = False,
) -> None:
    """Make a version the champion, if it passes its gates.

    It has to meet the thresholds in features.yaml, and on the same hold-out it may be worse than
    the current champion by no more than registry.tolerance in config.yaml.
    """
    with failures_told():
        with console.status("scikit-learn is being loaded …"):
            from ..registry.client import ModelRegistry
            from ..registry.promote import promote as run
            from ..training.hooks import own_use_case
        settings = read_settings()
        verdict = run(own_use_case(), settings, ModelRegistry(settings), version, force)
        say(f"{verdict}\nThe champion is version {verdict.number}; next: make fetch-model")


@app.command()
def rollback() -> None:
    """Make the version that was champion before the champion again."""
    with failures_told():
        from ..features import read_features
        from ..registry.client import ModelRegistry
        from ..registry.promote import rollback as run

        number = run(ModelRegistry(read_settings()), read_features())
        say(f"The champion is version {number} again; next: make fetch-model")


@app.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="Newest versions that stay.")] = 5,
    yes: Annotated[bool, typer.Option("--yes", help="Without a question.")] = False,
) -> None:
    """Remove versions and the files of their runs, after a list and a question.

    The champion, the one before it, the best, and what an alias or serving.model names stay.
    """
    with failures_told(), stoppable():
        from ..registry.client import ModelRegistry
        from ..registry.prune import plan
        from ..registry.prune import prune as run
        from ..registry.table import plan_table

        settings = read_settings()
        registry, served = ModelRegistry(settings), settings.serving.model
        with console.status("The registry is being read …"):
            told = plan(registry, keep, served)
        for number, reason in told.kept.items():
            say(f"version {number} stays: {reason}")
        if not told.gone:
            say("Nothing is to go.")
            return
        console.print(plan_table(registry, told))
        if not (yes or confirmed(f"Remove {len(told.gone)} for ever?", "YES=1")):
            return
        for removed in run(registry, keep, served, told):
            left = "" if removed.files else "; its run's files stay in their store"
            say(f"version {removed.number} is gone{left}")


@app.command()
def retrain(
    source: Annotated[str | None, typer.Option("--from", help="See `data`.")] = None,
    only: Annotated[str, typer.Option(help="See `data`.")] = "",
    keep_data: Annotated[bool, typer.Option(help="Learn from the data that are there.")] = False,
    cluster: Workers = "",
) -> None:
    """Fetch the data, train, and promote the version if it is better; one run at a time.

    registry/retrain.md has the outcome.
    """
    with failures_told(), stoppable():
        with console.status("scikit-learn is being loaded …"):
            from ..automl.preflight import check_search
            from ..cluster import using
            from ..hooks import fetches
            from ..progress import explained
            from ..registry.retrain import retrain as run
            from ..training.hooks import own_use_case
            from ..training.preflight import check_settings
        use_case, settings = own_use_case(), read_settings()
        check_settings(use_case, settings)
        check_search(use_case.features.task, settings)
        with explained("data"):
            loader = use_case.data_loader()
        wanted = fetches(loader) and not keep_data
        fetching = partial(loader.fetch_data, source, only.split()) if wanted else None
        logging_to_console()
        with using(cluster):
            summary = run(use_case, settings, console, fetching)
        say(summary.read_text("utf-8"))


@app.command()
def ui(port: Annotated[int, typer.Option(help="Where the pages are.")] = 5000) -> None:
    """Show MLflow's own pages of the registry, until Ctrl-C."""
    with failures_told(), stoppable():
        from ..registry.client import ModelRegistry
        from ..registry.embedded import DATABASE
        from ..registry.pages import pages_shown
        from ..registry.shown_pages import model_page

        registry = ModelRegistry(read_settings())
        if not registry.embedded:
            page = model_page(registry.uri, registry.name) if registry.versions() else ""
            say(f"The registry is a server with pages of its own: {page or registry}")
            return
        if not (registry.folder / DATABASE).is_file():
            raise ProjectError(f"There is nothing in {registry} yet: train first (`make train`).")
        registry.versions()  # follows a project that was moved
        with pages_shown(registry.uri, port, console.status("MLflow is being started …")) as pages:
            if pages.poll() is None:
                address = f"http://127.0.0.1:{port}"
                say(f"{address}  (Ctrl-C ends it)")
                say(f"{model_page(address, registry.name)}  the model and its versions")
            raise typer.Exit(pages.wait())
