"""Batch endpoints of pipelines: their addresses, and the runs that a call starts."""

from dataclasses import dataclass
from typing import Any

from .arm import Resource, new_id, parent_of
from .jobs import Jobs
from .machine_learning import REGION
from .messages import Answer, Refused, Request
from .router import Router

_HOST = "*.westeurope.inference.ml.azure.com"
_STEPS = ("data", "train", "gates")


@dataclass
class Batch:
    """The endpoints of the workspaces; their runs are jobs."""

    jobs: Jobs

    def register(self, router: Router) -> None:
        """Answer for endpoints, deployments, schedules and runs."""
        learning = self.jobs.learning
        learning.kind("batchEndpoints").on_put = self._address
        learning.kind("batchEndpoints/deployments").on_put = self._check
        learning.kind("schedules").on_put = self._check
        router.add("POST", _HOST, "/jobs", self._start)
        router.add("GET", REGION, "/history/v1.0/*/runs/*/children", self._children)

    def _address(self, endpoint: Resource, _: Resource | None) -> None:
        name = endpoint["name"]
        if not 3 <= len(name) <= 32:
            raise Refused(400, "UserError", f"The endpoint's name {name} is too long or short.")
        place = f"https://{_HOST.replace('*', name)}/jobs"
        endpoint["properties"] |= {"scoringUri": place, "swaggerUri": ""}
        default = (endpoint["properties"].get("defaults") or {}).get("deploymentName")
        if default and not self._found(f"{endpoint['id']}/deployments/{default}"):
            raise Refused(400, "UserError", f"The endpoint has no deployment {default}.")

    def _check(self, resource: Resource, _: Resource | None) -> None:
        self.jobs.check_names(resource["properties"])

    def _found(self, place: str) -> Resource | None:
        return self.jobs.arm.resources.get(place.lower())

    def _start(self, request: Request) -> Answer:
        self.jobs.arm.tokens.check(request, "https://ml.azure.com")
        named = request.host.partition(".")[0]
        place = next(
            at for at in self.jobs.arm.resources if at.endswith(f"/batchendpoints/{named}".lower())
        )
        endpoint = self.jobs.arm.resources[place]
        deployment = endpoint["properties"].get("defaults", {}).get("deploymentName")
        if not deployment:
            raise Refused(400, "UserError", "The endpoint has no default deployment.")
        inputs = self._inputs(request.json())
        name = new_id()
        job = {
            "properties": {
                "jobType": "Pipeline",
                "displayName": f"retrain {deployment}",
                "inputs": inputs,
                "settings": {},
            },
            "systemData": {"createdAt": f"2026-11-27T10:{len(self.jobs.under_way):02}:00Z"},
        }
        self.jobs.start({**job, "name": name})
        self.jobs.arm.put(f"{parent_of(endpoint['id'])}/jobs/{name}", **job)
        return Answer(201, {"id": f"{endpoint['id']}/jobs/{name}", "name": name})

    def _inputs(self, body: Any) -> dict[str, Any]:
        """Take the inputs of a call, which no model of the SDK describes."""
        if set(body) != {"properties"} or set(body["properties"]) - {"InputData"}:
            raise Refused(400, "UserError", f"The body has unknown keys: {body}")
        inputs = {}
        for name, given in body["properties"]["InputData"].items():
            if set(given) != {"JobInputType", "Uri"} or given["JobInputType"] != "UriFolder":
                raise Refused(400, "UserError", f"The input {name} is none: {given}")
            self.jobs.check_names(given)
            inputs[name] = {"jobInputType": "uri_folder", "uri": given["Uri"]}
        return inputs

    def _children(self, request: Request) -> Answer:
        self.jobs.arm.tokens.check(request, "https://management.azure.com", "https://ml.azure.com")
        parent = request.path.split("/")[-2]
        status = self.jobs.under_way[parent][0].status
        runs = [
            {
                "runId": f"{parent}-{step}",
                "displayName": step,
                "status": status,
                "parentRunId": parent,
                "properties": {"azureml.runsource": "azureml.StepRun"},
                "runType": "azureml.StepRun",
            }
            for step in _STEPS
        ]
        return Answer(body={"value": runs})
