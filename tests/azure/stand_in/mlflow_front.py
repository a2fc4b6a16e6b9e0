"""The workspace's MLflow: a real MLflow server behind what Azure lets through and adds.

Azure has no server of MLflow's, but an implementation of a part of its protocol. So this front has
the limits that are documented, or that people met, and leaves the rest to the real server:

- no aliases and no tags of registered models, no logged models: 404 with an empty body
  (https://github.com/Azure/azure-sdk-for-python/issues/44896);
- a version's source is a folder of a run with a file MLmodel
  (https://learn.microsoft.com/azure/machine-learning/how-to-manage-models-mlflow, the table);
- artifacts have a service of their own and lie in blobs; none is written twice.
"""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .machine_learning import REGION
from .messages import Answer, Refused, Request
from .router import Router
from .tokens import Tokens

_AUDIENCE = "https://management.azure.com"
_BLOBS = "account.blob.core.windows.net"
_UNKNOWN = ("registered-models/alias", "registered-models/set-tag", "logged-models", "artifacts")
_SCOPE = (
    "/subscriptions/*/resourcegroups/*/providers/microsoft.machinelearningservices/workspaces/*"
)


@dataclass
class MlflowFront:
    """The limits of Azure before the server at an address."""

    server: str
    tokens: Tokens
    blobs: dict[str, bytes | None] = field(default_factory=dict)
    """Contents by run and path; None for one that is made and not yet written."""

    def register(self, router: Router) -> None:
        """Answer on the workspace's regional address, and for its blobs."""
        router.add("*", REGION, f"/mlflow/v2.0{_SCOPE}/api/2.0/mlflow/*", self._mlflow)
        runs = f"/history/v1.0{_SCOPE}/experiments/*/runs/*/artifacts"
        router.add("GET", REGION, runs, self._list)
        router.add("POST", REGION, f"{runs}/batch/metadata", self._make)
        router.add("GET", REGION, f"{runs}/contentinfo", self._tell)
        router.add("*", _BLOBS, "/*", self._blob)

    def _mlflow(self, request: Request) -> Answer:
        if refused := self._refused(request):
            return refused
        scope, _, endpoint = request.path.removeprefix("/mlflow/v2.0").partition("/api/2.0/mlflow/")
        if endpoint.startswith(_UNKNOWN):
            return Answer(404, b"")
        body: Any = json.loads(request.body) if request.body else None
        if endpoint == "experiments/create":
            place = f"azureml://{REGION}/mlflow/v2.0{scope}/experiments/{body['name']}/runs"
            body["artifact_location"] = place
        if endpoint == "model-versions/create":
            self._check_model(body["source"])
        return self._forward(request, endpoint, body)

    def _refused(self, request: Request) -> Answer | None:
        """Refuse with an empty body, as the front does where the token is not good."""
        try:
            self.tokens.check(request, _AUDIENCE)
        except Refused:
            return Answer(401, b"")
        return None

    def _check_model(self, source: str) -> None:
        run, _, folder = source.rpartition("/runs/")[2].partition("/artifacts/")
        if self.blobs.get(f"{run}/{folder}/MLmodel") is None:
            raise Refused(400, "ValidationError", f"There is no MLmodel in {source}.")

    def _forward(self, request: Request, endpoint: str, body: Any) -> Answer:
        query = urlsplit(request.target).query
        url = f"{self.server}/api/2.0/mlflow/{endpoint}" + (f"?{query}" if query else "")
        asked = urllib.request.Request(url, method=request.method)
        asked.add_header("Content-Type", "application/json")
        asked.data = None if body is None else json.dumps(body).encode()
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(asked, timeout=60) as answered:
                return Answer(answered.status, answered.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read())

    def _list(self, request: Request) -> Answer:
        self.tokens.check(request, _AUDIENCE)
        run = _run(request)
        paths = [place.removeprefix(f"{run}/") for place in self.blobs if place.startswith(run)]
        return Answer(body={"value": [_artifact(run, path) for path in paths]})

    def _make(self, request: Request) -> Answer:
        self.tokens.check(request, _AUDIENCE)
        run = _run(request)
        paths = [each["path"] for each in request.json()["paths"]]
        if there := [path for path in paths if f"{run}/{path}" in self.blobs]:
            said = (
                f"Resource Conflict: ArtifactId ExperimentRun/dcid.{run}/{there[0]} already exists."
            )
            raise Refused(409, "UserError", said)
        self.blobs.update({f"{run}/{path}": None for path in paths})
        told = {path: _artifact(run, path) | _place(run, path) for path in paths}
        return Answer(body={"artifactContentInformation": told, "errors": {}})

    def _tell(self, request: Request) -> Answer:
        self.tokens.check(request, _AUDIENCE)
        run, path = _run(request), request.query["path"]
        if f"{run}/{path}" not in self.blobs:
            raise Refused(404, "UserError", f"{path} is not there.")
        return Answer(body=_artifact(run, path) | _place(run, path))

    def _blob(self, request: Request) -> Answer:
        place = request.path.removeprefix("/container/")
        if request.query.get("sig") != "signed" or place not in self.blobs:
            raise Refused(403, "AuthenticationFailed", "The signature is not good.")
        if request.method == "PUT":
            self.blobs[place] = request.body
            return Answer(201, b"", {"ETag": '"1"', "Last-Modified": _TIME})
        content = self.blobs[place] or b""
        headers = {"ETag": '"1"', "Last-Modified": _TIME, "x-ms-blob-type": "BlockBlob"}
        if not content:
            return Answer(416, b"", headers | {"x-ms-error-code": "InvalidRange"})
        ranged = f"bytes 0-{len(content) - 1}/{len(content)}"
        return Answer(206, content, headers | {"Content-Range": ranged})


_TIME = "Fri, 27 Nov 2026 00:00:00 GMT"


def _run(request: Request) -> str:
    return request.path.rpartition("/runs/")[2].partition("/")[0]


def _artifact(run: str, path: str) -> dict[str, str]:
    return {"origin": "ExperimentRun", "container": f"dcid.{run}", "path": path}


def _place(run: str, path: str) -> dict[str, str]:
    return {"contentUri": f"https://{_BLOBS}/container/{run}/{path}?sig=signed"}
