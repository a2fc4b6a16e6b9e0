"""A new deployment beside the one that answers: tested, mirrored, then shifted to.

What fails, and what a signal interrupts, is taken back: the traffic is as before, and the new
deployment is removed. Once the new one has proved good, it stays, and the old one is removed: each
costs its machines. `make azure-endpoint TAG=…` brings a former image back.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model_runtime.delivery.interrupts import Interrupts
from model_runtime.errors import ProjectError
from model_runtime.progress import Progress, show
from model_runtime.terminal import say

from ..settings import Azure
from .online import OnlineEndpoints, Traffic
from .parts import COLOURS, endpoint
from .question import Address, Question

if TYPE_CHECKING:
    from azure.ai.ml.entities import ManagedOnlineDeployment

_ASK_EVERY_S = 5.0


@dataclass(frozen=True)
class Rollout:
    """A change of what an endpoint runs."""

    azure: Azure
    there: OnlineEndpoints
    question: Question
    progress: Progress

    def run(self, deployment: Callable[[str], "ManagedOnlineDeployment"]) -> Address:
        """Bring a new deployment to the endpoint.

        Args:
            deployment: Makes it by its name.

        Returns:
            Where the endpoint is asked.

        Raises:
            ProjectError: It failed, as said, and was taken back; or the old deployment is left.
        """
        before = self.there.traffic()
        with _outcome_told(lambda: self._take_back(before)):
            address = self._run(before, deployment)
        if before and before.answering:
            self._remove(before.answering)
        return address

    def _run(
        self, before: Traffic | None, deployment: Callable[[str], "ManagedOnlineDeployment"]
    ) -> Address:
        if before is None:
            with self.progress.step("endpoint") as step:
                self.there.make(endpoint(self.azure))
                step.found = self.azure.name
        # Before anything costs: who may not have the key, can't test.
        address = self.there.address()
        answering = before.answering if before else None
        new = _other(answering)
        self._clear(before, answering, new)
        with self.progress.step("deploy") as step:
            self.there.run(deployment(new))
            step.found = f"'{new}' runs beside '{answering}'" if answering else f"'{new}' runs"
        with self.progress.step("test") as step:
            address.check(self.question, new, chosen=True)
            step.found = "it answers as at its training"
        if answering:
            self._mirror(address, answering, new)
        self._shift(address, new)
        return address

    def _clear(self, before: Traffic | None, answering: str | None, new: str) -> None:
        """Put right what an earlier change has left."""
        if before is None:
            return
        whole = {answering: 100} if answering else {}
        if before.mirrored or {k: v for k, v in before.shares.items() if v} != whole:
            self.there.shift(whole, {})
        if new in before.deployments:
            self.there.remove(new, wait=True)

    def _mirror(self, address: Address, answering: str, new: str) -> None:
        """Let the new deployment get copies of requests for a while, and look how it does."""
        percent, seconds = self.azure.endpoint.mirror_percent, self.azure.endpoint.mirror_seconds
        if not (percent and seconds):
            return
        with self.progress.step("mirror") as step:
            self.there.shift({answering: 100}, {new: percent})
            end = time.monotonic() + seconds
            show(lambda: f"{percent} % of the requests … {max(0, end - time.monotonic()):.0f} s")
            while (left := end - time.monotonic()) > 0:
                time.sleep(min(_ASK_EVERY_S, left))
                address.check(self.question, new, chosen=True)
            if failed := self.there.failures(new):
                raise ProjectError(
                    f"'{new}' has answered {len(failed)} mirrored requests with 5xx, the last: "
                    f"{failed[-1]}"
                )
            step.found = f"{percent} % of the requests for {seconds} s, none failed"

    def _shift(self, address: Address, new: str) -> None:
        with self.progress.step("shift") as step:
            self.there.shift({new: 100}, {})
            address.check(self.question, new, chosen=False)
            step.found = f"'{new}' answers all requests"

    def _remove(self, old: str) -> None:
        """Remove the deployment that answered before; its trouble is none of the new one's."""
        left = (
            f"'{_other(old)}' answers all requests. '{old}' may be left, which costs its machines: "
            "the next `make azure-endpoint` removes it."
        )
        with _outcome_told(lambda: left), self.progress.step("remove") as step:
            self.there.remove(old, wait=True)
            step.found = f"'{old}'"

    def _take_back(self, before: Traffic | None) -> str:
        """Undo what was done; say what came of it."""
        name = self.azure.name
        try:
            now = self.there.traffic()
            if now is None:
                return "Nothing of it is left."
            if before is None:
                self.there.remove_all()
                return f"The endpoint '{name}' is being removed again."
            shares = {key: share for key, share in before.shares.items() if share}
            if (now.shares, now.mirrored) != (before.shares, {}):
                self.there.shift(shares, {})
            new = _other(before.answering)
            if new in now.deployments:
                self.there.remove(new, wait=False)
        except ProjectError as error:
            return (
                f"Taking it back failed: {error}\nLook by `az ml online-endpoint show --name "
                f"{name} --resource-group {self.azure.resource_group} --workspace-name {name}`; "
                "the next `make azure-endpoint` begins with putting it right."
            )
        if not shares:
            return f"It is taken back; the endpoint '{name}' has no deployment."
        return f"It is taken back: '{before.answering}' answers as before."


@contextmanager
def _outcome_told(outcome: Callable[[], str]) -> Iterator[None]:
    """Do and say what a failure or a signal asks for, whole, before it goes on."""
    try:
        yield
    except BaseException as error:
        with Interrupts().kept():
            said = outcome()
        if isinstance(error, ProjectError):
            raise ProjectError(f"{error}\n{said}") from error
        say(said)
        raise


def _other(answering: str | None) -> str:
    """Return the name for a new deployment."""
    return next(colour for colour in COLOURS if colour != answering)
