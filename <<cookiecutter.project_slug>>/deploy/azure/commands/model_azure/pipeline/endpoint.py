"""The pipeline behind an address, and on its schedule."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from model_runtime.progress import Progress
from model_runtime.settings import Settings

from ..cloud import refusals_told
from ..learning.environment import environment
from ..learning.snapshot import code
from ..learning.train import CLUSTER
from ..learning.versions import numbered
from ..settings import Azure
from .job import COMPONENT, pipeline

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

_LONGEST = 32
_OPTIONS = {
    "continue_on_step_failure": "false",
    "default_compute": CLUSTER,
    "force_rerun": "true",
}


def endpoint_name(azure: Azure) -> str:
    """Return the endpoint's name; its length has a limit."""
    ending = f"-{COMPONENT}"
    return azure.name[: _LONGEST - len(ending)].rstrip("-") + ending


@dataclass(frozen=True)
class Deploying:
    """Puts the pipeline behind its address.

    Attributes:
        client: The workspace's.
        azure: Names, limits and schedule.
        settings: The model's name, and the system's packages.
        progress: Where each part is a step.
    """

    client: "MLClient"
    azure: Azure
    settings: Settings
    progress: Progress

    def deploy(self, version: int | None) -> str:
        """Register the pipeline, put it behind the endpoint, and return its address.

        Args:
            version: Of the data asset that scheduled runs learn from, if they are given one.

        Raises:
            ProjectError: Azure refuses, or a part fails there.
        """
        model = self.settings.model.name
        named = self.progress.run("environ", environment, self.client, self.settings)
        sent = self.progress.run("code", code, self.client)
        job = pipeline(sent.id, named, self.azure, model, version)
        component = self.progress.run("pipeline", self._register, job)
        self.progress.run("schedule", self._schedule, job)
        address = self.progress.run("endpoint", self._make_endpoint)
        self.progress.run("deploy", self._deploy, component)
        return address

    def _register(self, job: Any) -> str:
        components = self.client.components
        with refusals_told("registering the pipeline"):
            there = numbered(lambda: components.list(name=COMPONENT))
            job.component.version = str(there[-1][0] + 1 if there else 1)
            components.create_or_update(job.component)
        return f"{COMPONENT}:{job.component.version}"

    def _make_endpoint(self) -> str:
        from azure.ai.ml.entities import BatchEndpoint
        from azure.core.exceptions import ResourceNotFoundError

        endpoints, name = self.client.batch_endpoints, endpoint_name(self.azure)
        with refusals_told("making the endpoint"):
            try:
                found = endpoints.get(name)
            except ResourceNotFoundError:
                made = BatchEndpoint(name=name, auth_mode="aad_token")
                found = endpoints.begin_create_or_update(made).result()
        return str(found.scoring_uri)

    def _deploy(self, component: str) -> str:
        """Deploy beside what is there; then the endpoint has the new one alone."""
        from azure.ai.ml.entities import PipelineComponentBatchDeployment

        endpoint, name = endpoint_name(self.azure), component.replace(":", "-")
        deployments = self.client.batch_deployments
        with refusals_told("deploying the pipeline"):
            made: Any = PipelineComponentBatchDeployment(
                name=name,
                endpoint_name=endpoint,
                component=f"azureml:{component}",
                settings=_OPTIONS,
            )
            deployments.begin_create_or_update(made).result()
            found = self.client.batch_endpoints.get(endpoint)
            found.defaults = {"deployment_name": name}
            self.client.batch_endpoints.begin_create_or_update(found).result()
            for other in list(deployments.list(endpoint)):
                if other.name != name:
                    deployments.begin_delete(str(other.name), endpoint).result()
        return name

    def _schedule(self, job: Any) -> str:
        from azure.ai.ml.entities import CronTrigger, JobSchedule
        from azure.core.exceptions import ResourceNotFoundError

        expression, schedules = self.azure.training.schedule, self.client.schedules
        with refusals_told("scheduling the pipeline"):
            if expression:
                # A trigger without a start runs at once, too.
                start = datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat()
                trigger = CronTrigger(expression=expression, start_time=start)
                made = JobSchedule(name=COMPONENT, trigger=trigger, create_job=job)
                schedules.begin_create_or_update(made).result()
                return f"{expression} (UTC)"
            try:
                schedules.get(COMPONENT)
            except ResourceNotFoundError:
                return "none"
            schedules.begin_disable(COMPONENT).result()
            schedules.begin_delete(COMPONENT).result()
            return "none any more"
