"""Runs of the pipeline: the last one, and how far one is."""

from typing import TYPE_CHECKING, Any

from model_runtime.errors import ProjectError

from ..cloud import refusals_told
from ..learning.follow import page

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

_FAILED = ("Failed", "Canceled", "NotResponding")


def last(client: "MLClient") -> str:
    """Return the name of the run that began last, by its address or its schedule.

    Raises:
        ProjectError: There was none, or Azure refuses.
    """
    with refusals_told("listing the pipeline's runs"):
        jobs: list[Any] = [job for job in client.jobs.list() if job.type == "pipeline"]
    if not jobs:
        raise ProjectError("The pipeline has not run yet; `make azure-pipeline-run` starts it.")
    return str(max(jobs, key=lambda job: job.creation_context.created_at).name)


def report(client: "MLClient", name: str) -> tuple[list[str], bool]:
    """Return lines on a run and its steps, and whether it has failed.

    Raises:
        ProjectError: There is no such run, or Azure refuses.
    """
    with refusals_told(f"looking at the run {name}"):
        run: Any = client.jobs.get(name)
        children: list[Any] = list(client.jobs.list(parent_job_name=name))
    begun = run.creation_context.created_at if run.creation_context else None
    when = f", begun {begun:%Y-%m-%d %H:%M} UTC" if begun else ""
    steps = [f"  {child.display_name or child.name:<8} {_said(child)}" for child in children]
    lines = [f"{name}: {_said(run)}{when}", *steps, f"  page     {page(client, name)}"]
    return lines, _word(run.status) in _FAILED


def _said(job: Any) -> str:
    return _word(job.status).lower()


def _word(status: Any) -> str:
    """Return a status as a text, for the SDK gives some as members of an enumeration."""
    return str(getattr(status, "value", status) or "not begun")
