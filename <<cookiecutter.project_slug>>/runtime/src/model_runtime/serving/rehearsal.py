"""A rehearsal of the service: `python -m <package>.serving.rehearsal`.

Training runs it in a folder that is laid out as the image is, before it calls a bundle good. What
can be missing there is imported within, so that it can be told.
"""

import json
import traceback
from pathlib import Path
from typing import Any

ROWS, ANSWERS, VERDICT = Path("rows"), Path("answers"), Path("verdict.json")

_THERE = (
    "There, nothing is but src/, the bundle, config.yaml and the serving group's packages: no "
    "other file, no variable, and nothing that training's process had in memory. What `transform` "
    "needs, `fit` has to keep on self."
)


def rehearse() -> None:
    """Make the bundle ready as the service does, and answer rows by its engine.

    Raises:
        ProjectError: The service would refuse the bundle.
    """
    from ..bundle.read import read_bundle
    from ..bundle.row_answers import engine_answers
    from ..bundle.row_files import read_rows, write_answers
    from ..settings import read_settings
    from .admission import Admission
    from .metrics import Metrics
    from .prepare import prepare

    settings = read_settings()
    bundle = read_bundle(settings.paths.bundle)
    metrics = Metrics()
    prepare(bundle, settings, metrics, Admission(1, metrics), None, [])
    engine = bundle.engine(settings.training.trusted_types)
    groups = read_rows(ROWS)
    write_answers(ANSWERS, {name: engine_answers(engine, each) for name, each in groups.items()})


def main() -> None:
    """Rehearse, and leave a verdict: what stood in the way, and the libraries that it took."""
    before = _libraries()
    refusal, missing = "", None
    try:
        rehearse()
    except Exception as error:  # the use case's code may run here, and raise anything
        refusal, missing = _told(error)
    verdict = {"refusal": refusal, "missing": missing, "libraries": [*(_libraries() - before)]}
    VERDICT.write_text(json.dumps(verdict), "ascii")


def _told(error: Exception) -> tuple[str, dict[str, Any] | None]:
    from ..bundle.missing import Missing
    from ..bundle.self_test import SelfTestFailed
    from ..errors import ProjectError

    missing = Missing.of(error)
    if isinstance(error, SelfTestFailed) and not missing:
        return f"{error.found}. {_THERE}", None
    if isinstance(error, ProjectError):
        return str(error), vars(missing) if missing else None
    traceback.print_exc()
    return f"{type(error).__name__}: {error}", vars(missing) if missing else None


def _libraries() -> set[str]:
    """Return the shared libraries that this process has mapped, where the system tells."""
    try:
        lines = Path("/proc/self/maps").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return set()
    files = {line.split(maxsplit=5)[5] for line in lines if "/" in line}
    return {file for file in files if ".so" in Path(file).name}


if __name__ == "__main__":
    main()
