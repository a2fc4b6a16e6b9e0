"""Jobs of the workspace: they are checked, go through their stages, and write logs."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .arm import Arm, Resource
from .machine_learning import REGION, MachineLearning
from .messages import Answer, Refused, Request
from .router import Router
from .storage import LOGS, Storage

LOG = "user_logs/std_log.txt"
_HISTORY = "/history/v1.0/subscriptions/*/workspaces/*/runs/*"
_ASSET = re.compile(
    r"azureml:(?P<place>/subscriptions/.*)|(?P<id>/subscriptions/.*)", re.IGNORECASE
)


@dataclass(frozen=True)
class Stage:
    """A job's status, and what it has written to its log by then; or why it failed."""

    status: str
    log: str = ""
    reason: str = ""


USUAL = (
    Stage("Queued"),
    Stage("Preparing"),
    Stage("Running", "quality  accuracy 0.9"),
    Stage("Running", "quality  accuracy 0.97\n  bundle   model_bin, version 1\n"),
    Stage("Completed", "quality  accuracy 0.97\n  bundle   model_bin, version 1\nend"),
)


@dataclass
class Jobs:
    """The jobs of the workspaces; each look at one is a stage.

    Attributes:
        stages: Those of jobs that begin.
        on_look: Called at each look.
        under_way: The stages that are left of each.
    """

    arm: Arm
    learning: MachineLearning
    storage: Storage
    stages: tuple[Stage, ...] = USUAL
    on_look: Callable[[], None] | None = None
    under_way: dict[str, list[Stage]] = field(default_factory=dict)

    def register(self, router: Router) -> None:
        """Answer for jobs and their runs."""
        kind = self.learning.kind("jobs")
        kind.on_put = self._begin
        kind.actions["cancel"] = self._cancel
        router.add("GET", REGION, f"{_HISTORY}/details", self._details)

    def properties(self) -> list[dict[str, Any]]:
        """Return what is known of the jobs, in the order in which they began."""
        kept = self.arm.resources.items()
        return [one["properties"] for place, one in kept if "/jobs/" in place]

    def _begin(self, job: Resource, before: Resource | None) -> None:
        if before:
            raise Refused(400, "UserError", "A job can't be changed.")
        self.check_names(job["properties"])
        self.start(job)

    def check_names(self, value: Any) -> None:
        """Refuse what names resources that are not there.

        Raises:
            Refused: With the first one.
        """
        for place in _named(value):
            if place.lower() not in self.arm.resources:
                raise Refused(400, "UserError", f"{place} is named, which is not there.")

    def start(self, job: Resource) -> None:
        """Let a job begin."""
        job["properties"]["status"] = "NotStarted"
        studio = {
            "endpoint": f"https://ml.azure.com/runs/{job['name']}",
            "jobServiceType": "Studio",
        }
        job["properties"]["services"] = {"Studio": studio}
        self.under_way[job["name"]] = list(self.stages)

    def _details(self, request: Request) -> Answer:
        self.arm.tokens.check(request, "https://management.azure.com", "https://ml.azure.com")
        if self.on_look:
            self.on_look()
        name = request.path.split("/")[-2]
        if name not in self.under_way:
            raise Refused(404, "NotFound", f"There is no run {name}.")
        stages = self.under_way[name]
        stage = stages.pop(0) if len(stages) > 1 else stages[0]
        for place, job in self.arm.resources.items():
            if place.endswith(f"/jobs/{name}".lower()):
                job["properties"]["status"] = stage.status
        body: dict[str, Any] = {"runId": name, "status": stage.status, "logFiles": {}}
        if stage.log or stage.status not in ("Queued", "Preparing"):
            body["logFiles"] = {LOG: self.storage.signed(LOGS, f"{name}.txt")}
        if stage.log:
            self.storage.put(LOGS, f"{name}.txt", stage.log)
        if stage.reason:
            body["error"] = {"error": {"code": "UserError", "message": stage.reason}}
        return Answer(body=body)

    def _cancel(self, job: Resource, _: Request) -> Answer:
        self.under_way[job["name"]] = [Stage("Canceled")]
        return self.arm.operations.begin(job, None, 202)


def _named(value: Any) -> list[str]:
    """List the ids of resources anywhere in a job."""
    if isinstance(value, dict):
        return [place for member in value.values() for place in _named(member)]
    if isinstance(value, list):
        return [place for member in value for place in _named(member)]
    if isinstance(value, str) and (found := _ASSET.fullmatch(value)):
        return [found["place"] or found["id"]]
    return []
