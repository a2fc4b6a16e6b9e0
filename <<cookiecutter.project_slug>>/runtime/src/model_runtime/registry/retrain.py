"""Train unattended: data, model, gates, registry, and the champion if it is better."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from ..counts import counted
from ..errors import ProjectError
from ..files import locked, replacing_file
from ..progress import explained
from ..settings import Settings
from ..training.run import train
from ..training.use_case import UseCase
from .client import ModelRegistry
from .fetch import fetch
from .promote import judge, promote_better
from .record import Recording

SUMMARY = "retrain.md"
LOCK = ".retrain.lock"


def retrain(
    use_case: UseCase,
    settings: Settings,
    console: Console,
    fetch_data: Callable[[], None] | None = None,
) -> Path:
    """Fetch data, train, and promote the version if it is better than the champion.

    A new champion is put into the bundle's folder; else that stays as it is.

    Args:
        use_case: The hooks.
        settings: Where registry, bundle and reports are.
        console: For progress.
        fetch_data: Fetches the data; left out, those that are there are learned from.

    Returns:
        The summary's file.

    Raises:
        ProjectError: Another retraining is under way, or a step failed, as the summary says too.
    """
    folder = settings.paths.registry
    with _lock_held(folder):
        start = time.monotonic()
        lines = [f"# Retraining of {settings.model.name}", ""]
        lines += [f"Begun {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.", ""]
        try:
            _write(folder / SUMMARY, [*lines, "**Under way.**"])
            if fetch_data:
                with explained("data"):
                    fetch_data()
            _train_and_promote(use_case, settings, console, lines)
        except BaseException as error:
            known = isinstance(error, ProjectError)
            lines.append(f"**Failed**: {'' if known else f'{type(error).__name__} '}{error}")
            raise
        finally:
            lines += ["", f"Took {time.monotonic() - start:.0f} s."]
            _write(folder / SUMMARY, lines)
    return folder / SUMMARY


def _train_and_promote(
    use_case: UseCase, settings: Settings, console: Console, lines: list[str]
) -> None:
    """Add to the summary's lines what was done, as soon as it was."""
    registry = ModelRegistry(settings)
    with tempfile.TemporaryDirectory() as temporary:
        paths = settings.paths.model_copy(update={"bundle": Path(temporary) / "bundle"})
        apart = settings.model_copy(update={"paths": paths})
        with Recording(registry, apart) as recording:
            metadata = train(use_case, apart, console, recording)
    figures = [f"| {name} | {value:.4g} |" for name, value in metadata.metrics.items()]
    lines += [
        f"Version {metadata.version} learned from {counted(metadata.data.rows, 'row')}; its "
        f"engine is {metadata.engine}.",
        "",
        "| metric | hold-out |",
        "|---|---|",
        *figures,
        "",
    ]
    verdict = judge(use_case, settings, registry, str(metadata.version))
    lines += [str(verdict), ""]
    if not promote_better(registry, verdict):
        lines.append(
            f"**Not promoted**: it is not better. Version {verdict.champion} stays the champion."
        )
        return
    lines += ["**Promoted**: it is the champion.", ""]
    fetch(registry, str(verdict.number), settings, use_case.features)
    lines.append(f"It is in {settings.paths.bundle}.")


@contextmanager
def _lock_held(folder: Path) -> Iterator[None]:
    """Keep other retrainings of the folder's registry away."""
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked(folder / LOCK, wait=False))
        except BlockingIOError as error:
            raise ProjectError(
                "Another retraining is under way here; wait until it is done."
            ) from error
        except OSError as error:
            raise ProjectError(f"{folder} can't be written ({error.strerror or error}).") from error
        yield


def _write(path: Path, lines: list[str]) -> None:
    with replacing_file(path) as new:
        new.write_text("\n".join(lines) + "\n", "utf-8")
