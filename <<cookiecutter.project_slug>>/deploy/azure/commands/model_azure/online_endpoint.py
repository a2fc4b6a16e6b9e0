"""A managed online endpoint in Azure: its state, and one change of it at a time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from model_runtime.contract.routes import Score
from model_runtime.errors import ProjectError

from .cloud import refusals_told
from .endpoint_question import Address

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from azure.ai.ml.entities import ManagedOnlineDeployment, OnlineEndpoint

_LINES = 60
_MANY_LINES = 2_000


@dataclass(frozen=True)
class Traffic:
    """The percentages of the requests, by deployment; mirrored ones get copies."""

    shares: dict[str, int]
    mirrored: dict[str, int]
    deployments: tuple[str, ...]

    @property
    def answering(self) -> str | None:
        """The deployment with the most requests; None where none has any."""
        shares = {name: share for name, share in self.shares.items() if share}
        return max(shares, key=lambda name: shares[name]) if shares else None


class OnlineEndpoints:
    """An endpoint of a workspace, by its name; every call may raise a ProjectError."""

    def __init__(self, client: "MLClient", name: str) -> None:
        """Speak to a workspace by a client."""
        self._client, self.name = client, name

    def traffic(self) -> Traffic | None:
        """Return who gets the requests; None where there is no endpoint yet."""
        from azure.core.exceptions import ResourceNotFoundError

        with refusals_told(f"looking at the endpoint '{self.name}'"):
            try:
                found = self._found()
            except ResourceNotFoundError:
                return None
        shares = {name: int(share) for name, share in (found.traffic or {}).items()}
        mirrored = {name: int(share) for name, share in (found.mirror_traffic or {}).items()}
        return Traffic(shares, mirrored, (*{**shares, **mirrored},))

    def make(self, endpoint: "OnlineEndpoint") -> None:
        """Make the endpoint."""
        with refusals_told(f"making the endpoint '{self.name}'"):
            self._client.online_endpoints.begin_create_or_update(endpoint).result()

    def remove_all(self) -> None:
        """Begin to remove the endpoint and its deployments."""
        with refusals_told(f"removing the endpoint '{self.name}'"):
            self._client.online_endpoints.begin_delete(self.name)

    def address(self) -> Address:
        """Return where it is asked, and its first key."""
        with refusals_told(f"asking for the keys of '{self.name}'"):
            keys = self._client.online_endpoints.get_keys(self.name)
            return Address(str(self._found().scoring_uri), str(keys.primary_key))

    def run(self, deployment: "ManagedOnlineDeployment") -> None:
        """Make a deployment and wait until its probes are good.

        Raises:
            ProjectError: It isn't; with the end of its log.
        """
        try:
            with refusals_told(f"running the deployment '{deployment.name}'"):
                self._client.online_deployments.begin_create_or_update(deployment).result()
        except ProjectError as error:
            raise ProjectError(f"{error}\n{self.log(str(deployment.name))}".rstrip()) from error

    def log(self, deployment: str, lines: int = _LINES) -> str:
        """Return the end of a deployment's log; nothing where there is none to be had."""
        try:
            with refusals_told("its log"):
                return str(self._client.online_deployments.get_logs(deployment, self.name, lines))
        except ProjectError:
            return ""

    def failures(self, deployment: str) -> list[str]:
        """Return the lines of a deployment's log that tell of a prediction answered with 5xx."""
        asked = f'"path":"{Score.path}","status":5'  # of serving's access log
        return [line for line in self.log(deployment, _MANY_LINES).splitlines() if asked in line]

    def shift(self, shares: dict[str, int], mirrored: dict[str, int]) -> None:
        """Give each deployment its part of the requests, and of their copies."""
        with refusals_told(f"shifting the traffic of '{self.name}'"):
            found = self._found()
            found.traffic, found.mirror_traffic = dict(shares), dict(mirrored)
            self._client.online_endpoints.begin_create_or_update(found).result()

    def remove(self, deployment: str, *, wait: bool) -> None:
        """Remove a deployment that gets no requests."""
        with refusals_told(f"removing the deployment '{deployment}'"):
            poller = self._client.online_deployments.begin_delete(deployment, self.name)
            if wait:
                poller.result()

    def _found(self) -> "OnlineEndpoint":
        found: OnlineEndpoint = self._client.online_endpoints.get(self.name)
        return found
