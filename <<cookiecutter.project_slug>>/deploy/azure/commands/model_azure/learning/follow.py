"""A job under way: its log, how far it is, and its end."""

from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

from model_runtime.errors import ProjectError
from model_runtime.progress import Progress, Step
from model_runtime.terminal import say

from ..cloud import refusals_told

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

POLL_S = 5.0
"""Seconds between two looks."""

_ENDS = ("Completed", "Failed", "Canceled", "NotResponding", "Paused")
_LOGS = ("azureml-logs/20_image_build_log", "user_logs/")


@dataclass
class _Log:
    """A log's bytes that were shown; half a line waits for its end."""

    shown: int = 0
    rest: str = ""


@dataclass
class Follower:
    """Shows a job's logs, each line once.

    Attributes:
        client: The workspace's.
        name: The job's.
        progress: Where the job is a step.
    """

    client: "MLClient"
    name: str
    progress: Progress
    _status: str = ""
    _logs: dict[str, _Log] = field(default_factory=dict)

    def follow(self) -> None:
        """Show the job until its end.

        Raises:
            ProjectError: It failed or was cancelled, or Azure refuses.
            SystemExit: A signal ends this; the job goes on.
        """
        try:
            with self.progress.step("job") as step:
                step.found = self._watch(step)
        except (ProjectError, SystemExit):
            if self._status not in _ENDS:
                say(f"The job {self.name} goes on. To follow it: make azure-job JOB={self.name}")
                say(f"To end it: make azure-job JOB={self.name} CANCEL=1")
            raise

    def _watch(self, step: Step) -> str:
        while True:
            with refusals_told(f"looking at the job {self.name}"):
                details = _details(self.client, self.name)
                if details.status != self._status:
                    self._status = str(details.status)
                    step.show(partial(_shown, self._status.lower(), step))
                self._show_logs(details.log_files or {})
            if self._status in _ENDS:
                return self._end(details)
            Event().wait(POLL_S)

    def _show_logs(self, files: dict[str, str]) -> None:
        from azure.core.exceptions import ResourceNotFoundError
        from azure.storage.blob import BlobClient

        for name in sorted(name for name in files if name.startswith(_LOGS)):
            log = self._logs.setdefault(name, _Log())
            with BlobClient.from_blob_url(files[name]) as blob:
                try:
                    size = blob.get_blob_properties().size
                    new = blob.download_blob(log.shown).readall() if size > log.shown else b""
                except ResourceNotFoundError:  # it is named before it begins
                    continue
            log.shown += len(new)
            *lines, log.rest = (log.rest + new.decode("utf-8", "replace")).split("\n")
            for line in lines:
                say(line.rstrip("\r"), to=self.progress.console)

    def _end(self, details: Any) -> str:
        for log in self._logs.values():
            if log.rest:
                say(log.rest, to=self.progress.console)
        if details.status == "Completed":
            return f"{self.name} completed"
        raise ProjectError(
            f"The job {self.name} {str(details.status).lower()}: {_reason(details)} "
            f"Its log is above, and in the workspace: {page(self.client, self.name)}"
        )


def _shown(status: str, step: Step) -> str:
    return f"job … {status}, {step.seconds:,.0f} s"


def page(client: "MLClient", name: str) -> str:
    """Return the address of a job's page."""
    scope: Any = client
    group = f"/subscriptions/{scope.subscription_id}/resourcegroups/{scope.resource_group_name}"
    return f"https://ml.azure.com/runs/{name}?wsid={group}/workspaces/{scope.workspace_name}"


def cancel(client: "MLClient", name: str) -> None:
    """End a job.

    Raises:
        ProjectError: Azure refuses.
    """
    with refusals_told(f"cancelling the job {name}"):
        client.jobs.begin_cancel(name).wait()


def _details(client: "MLClient", name: str) -> Any:
    """Ask for a run's status and where its logs are; the SDK keeps them to its own `stream`."""
    operations: Any = client.jobs
    return operations._runs_operations.get_run_details(name)


def _reason(details: Any) -> str:
    error = getattr(details.error, "error", None)
    message = str(getattr(error, "message", "") or "it says no reason").strip()
    return message if message.endswith(".") else f"{message}."
