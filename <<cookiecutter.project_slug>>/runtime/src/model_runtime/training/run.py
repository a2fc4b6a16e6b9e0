"""The training run: load, learn, compile, evaluate, assemble; then accept or refuse."""

from rich.console import Console

from ..bundle.metadata import Metadata
from ..progress import Progress
from ..settings import Settings
from ..terminal import say
from .assemble import Candidate, assemble
from .data import load
from .judge import judge
from .learn import learn
from .parameters import with_parameters
from .recorder import Recorder, Unrecorded
from .session import session
from .store import store
from .use_case import UseCase
from .verdict import accept, check_folders, refuse


def train(
    use_case: UseCase, settings: Settings, console: Console, recorder: Recorder | None = None
) -> Metadata:
    """Make a bundle from a use case and put it in the place of the present one.

    What takes long is worked on by the cluster `in_use`.

    Args:
        use_case: The hooks.
        settings: How to train, and where to write.
        console: For progress.
        recorder: Gives the bundle its version and keeps it; left out, nothing is kept, and the
            version is the one after the present bundle's.

    Returns:
        The new bundle's metadata.

    Raises:
        ProjectError: The data or the use case does not fit, or the model misses a threshold; the
            present bundle stays as it is.
    """
    check_folders(settings)
    use_case = with_parameters(use_case, settings.training.parameters)
    progress, recorder = Progress(console), recorder or Unrecorded(settings)
    with session(settings):
        data = progress.run("load", load, use_case, settings.training)
        learned = progress.run("fit", learn, use_case, data, settings)
        # Before the folds and reports: what can't be served is told as soon as it can be known.
        stored = progress.run("compile", store, learned, settings)
        judged = progress.run("evaluate", judge, use_case, learned, settings)
    candidate = assemble(learned, stored, judged, settings)
    if judged.missed:
        raise refuse(candidate, settings, recorder, progress)
    metadata = accept(candidate, settings, recorder, progress)
    say(_closing(candidate), to=console)
    return metadata


def _closing(candidate: Candidate) -> str:
    scores, leaks = candidate.judged.scores, candidate.judged.leaks
    leaking = f"\n  leaks    {leaks}; not served" if leaks else ""
    gated = "".join(f"\n  gate     {each}" for each in scores.gated())
    return f"""
  quality  {scores}{gated}{leaking}
  engine   {candidate.stored}"""
