"""Score many files: find them, score what is not finished yet, and put all into place."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from ...bundle.metadata import Metadata
from ...counts import counted
from ...errors import ProjectError
from ...tables.form import AskedForm
from ..explain import short
from ..run import cores
from ..write import OUTPUTS
from .found import Found, find, suffix_of
from .manifest import Ledger, difference
from .output import REJECTS, UNFINISHED, Output
from .pieces import check_targets
from .place import Place, place, reason
from .scorer import pack
from .under_way import UnderWay


@dataclass(frozen=True)
class Asked:
    """A run as it is asked for: the bundle's folder, INPUT, OUTPUT, CLUSTER, and CSV's form."""

    bundle: Path
    source: str
    target: str
    cluster: str = ""
    trusted_types: tuple[str, ...] = ()
    form: AskedForm = field(default_factory=AskedForm)


@dataclass(frozen=True)
class ManyReport:
    """The counts of a run that is done; of them `kept` pieces were finished by an earlier one."""

    ledger: Ledger
    found: Found
    output: Place
    metadata: Metadata
    kept: int

    def lines(self) -> list[str]:
        """Return the report as a person reads it."""
        done, by = self.ledger, f"{self.metadata.name}, version {self.metadata.version}"
        of = f"{counted(len(self.found.files), 'file')} in {counted(done.pieces, 'piece')}"
        kept = f", {self.kept:,} of them by an earlier run" if self.kept else ""
        lines = [
            f"read       {done.read:,} from {of}{kept}",
            f"scored     {done.scored:,} to {self.output.name}, by {by}",
            f"rejected   {done.rejected:,}"
            + (f", see {self.output.below(REJECTS).name}" if done.rejected else ""),
        ]
        if done.ignored:
            names = ", ".join(map(short, sorted(done.ignored)[:50]))
            lines.append(f"ignored    what the model does not know: {names}")
        if self.found.others:
            lines.append(
                f"left out   {counted(self.found.others, 'file')}: other formats, or names "
                "with _ or . first"
            )
        return lines


def score_many(asked: Asked, console: Console) -> list[str]:
    """Score files into a folder and return the report.

    Pieces that an earlier run finished are taken over, if neither they nor the model have changed.

    Raises:
        ProjectError: A place can't be read or written, INPUT or OUTPUT does not fit, a file is
            damaged or lacks a column, or the cluster is gone. Finished pieces are kept.
    """
    threads = 1 if asked.cluster else cores()
    bundle, sent = pack(asked.bundle, asked.trusted_types, threads, asked.form)
    source, target = place(asked.source, "INPUT"), place(asked.target, "OUTPUT")
    _check_target(target)
    found = find(source, asked.source.endswith("/"))
    _check_apart(found, source, target)
    check_targets(found.files)
    output = Output(target)
    with _told(target), output.held():
        if (before := output.manifest()) is not None:
            if told := difference(before, found.files, bundle.metadata, asked.form):
                raise ProjectError(
                    f"OUTPUT {target.name} is finished, and {told}. Name another folder, or remove "
                    "this one."
                )
            output.remove_unfinished()
            return [f"Nothing to do: {target.name} has been scored from these files."]
        run = UnderWay(found, output)
        run.score(asked.cluster, sent, console)
        _check_some_scored(run.ledger, target)
        output.finish(run.ledger.manifest(source.name, bundle.metadata, asked.form))
    return ManyReport(run.ledger, found, target, bundle.metadata, run.kept).lines()


@contextmanager
def _told(target: Place) -> Iterator[None]:
    """Turn what a storage's driver raises into a sentence."""
    try:
        yield
    except ProjectError:
        raise
    except Exception as error:  # each has errors of its own
        raise ProjectError(
            f"OUTPUT {target.name} can't be read or written ({type(error).__name__}: "
            f"{reason(error)})."
        ) from error


def _check_some_scored(ledger: Ledger, target: Place) -> None:
    if ledger.read and not ledger.scored:
        raise ProjectError(
            f"None of the {counted(ledger.read, 'record')} fits the model; "
            f"{target.below(f'{UNFINISHED}/{REJECTS}').name} says why."
        )


def _check_target(target: Place) -> None:
    if not target.local and target.name.split("://")[0] in ("http", "https"):
        raise ProjectError(f"OUTPUT is {target.name}; nothing can be written there by http.")
    if (suffix := suffix_of(target.path)) in OUTPUTS:
        raise ProjectError(
            f"OUTPUT is {target.name}, and INPUT may be many files or is elsewhere: OUTPUT is then "
            f"a folder, whose name does not end with {suffix}."
        )


def _check_apart(found: Found, source: Place, target: Place) -> None:
    """See that no run reads what one writes."""
    if source.storage != target.storage:
        return
    root, below = found.root.rstrip("/") + "/", target.path.rstrip("/") + "/"
    inside = [file.place.name for file in found.files if file.place.path.startswith(below)]
    deep = source.path.rstrip("/") == found.root or "**" in source.path
    if inside or (deep and below.startswith(root)):
        raise ProjectError(
            f"OUTPUT {target.name} and INPUT {source.name} are within each other; the next run "
            "would read what this one writes. Name another OUTPUT."
        )
