"""A release of the chart, from its first deployment to its end."""

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import ProjectError
from ..terminal import say
from .chart import chart_folder
from .helm import Helm, HelmError, InterruptedHelmError
from .history import History

_PATIENCE = ("--wait", "--timeout", "10m")
_ANY_TAG = "1-000000000000"
_TEST_PATIENCE = ("--timeout", "5m")


@dataclass(frozen=True)
class Release:
    """A release of the chart."""

    name: str
    helm: Helm
    values: tuple[Path, ...] = ()
    """Files, a later one before an earlier one."""

    def deploy(self, given: Mapping[str, str]) -> None:
        """Run an image and wait until it answers; what fails, also its own test, is taken back.

        Args:
            given: Values that come before those of the files.

        Raises:
            ProjectError: Helm is missing or fails, as it has said.
        """
        with self.helm.interrupts.kept():
            before = self._history()
            if way := _way_out(self.name, before):
                raise ProjectError(way)
            own, former = before.next, before.running()
            self._upgrade(given)
            try:
                self.helm.show(*self.helm.test_without_notes, self.name, *_TEST_PATIENCE)
            except ProjectError as failure:
                what = self._overtaken(own) or self._take_back(former)
                raise ProjectError(f"{failure} {what}") from failure
            if overtaken := self._overtaken(own):
                raise ProjectError(overtaken)
            # Now that it stays, and no sooner: its addresses.
            self.helm.show("get", "notes", self.name, apart=True)

    def diff(self, given: Mapping[str, str]) -> str:
        """Return how the cluster's objects would change, empty if they wouldn't.

        The chart is rendered by what is in the cluster, which has to be there for it.
        """
        values = self._values(given)
        plugins = self.helm.ask("plugin", "list").splitlines()
        if any(line.split()[:1] == ["diff"] for line in plugins):
            return self.helm.ask(
                "diff", "upgrade", "--allow-unreleased", "--dry-run=server", *values
            )
        there = History(self.helm, self.name).last
        before = self.helm.ask("get", "manifest", self.name) if there else ""
        words = ("upgrade", "--install", "--dry-run=server", "--output", "json")
        after = json.loads(self.helm.ask(*words, *values))["manifest"]
        old, new = _lines(before), _lines(after)
        return "\n".join(difflib.unified_diff(old, new, "released", "new", lineterm=""))

    def lint(self) -> None:
        """Check the chart and its values, without a cluster.

        It is rendered first: where Helm lints, a refusal of the chart's own is a remark.
        """
        words = self._values({"image.tag": _ANY_TAG})
        self.helm.ask("template", *words)
        self.helm.show("lint", "--strict", *words[1:])

    def rollback(self, revision: int | None) -> None:
        """Go back to a revision, the one before if none is said, and wait until it answers."""
        history = self._history()
        wanted = revision or history.before()
        if wanted is None:
            raise ProjectError(f"The release {self.name} has nothing that ran before.")
        self._go_back(wanted, apart=False)

    def undeploy(self) -> None:
        """Remove all that the release has; the namespace and its Secrets stay."""
        self._history()
        self.helm.show("uninstall", self.name, *_PATIENCE)

    def _history(self) -> History:
        """Return the release's revisions; another chart's are no business of this one's.

        Helm would put one chart in the place of the other, and remove what that has.
        """
        found = History(self.helm, self.name)
        own = re.compile(rf"{re.escape(chart_folder().name)}-\d")
        if found.last and not own.match(found.last.chart):
            raise ProjectError(
                f"The release {self.name} in {self.helm.namespace} is of another chart, "
                f"{found.last.chart}: name one of your own, RELEASE=… or deployment.release."
            )
        return found

    def _upgrade(self, given: Mapping[str, str]) -> None:
        """Upgrade or install; the namespace is made only where the API says that it isn't there.

        Who has rights in one namespace only could else deploy nothing.
        """
        options = ("--install", *self.helm.atomic, *_PATIENCE, "--hide-notes")
        words = ["upgrade", *options, *self._values(given)]
        try:
            self.helm.show(*words)
        except InterruptedHelmError as error:
            raise ProjectError(f"{error} {self._left()}".strip()) from error
        except HelmError as error:
            if f'namespaces "{self.helm.namespace}" not found' not in error.said:
                raise ProjectError(f"{error} {self._left()}".strip()) from error
            say(f"The namespace {self.helm.namespace} isn't there: it is made.")
            self._upgrade_in_new_namespace(words)

    def _upgrade_in_new_namespace(self, words: list[str]) -> None:
        try:
            self.helm.show(*words, "--create-namespace")
        except HelmError as error:
            if "forbidden" not in error.said:
                raise
            raise ProjectError(
                f"The namespace {self.helm.namespace} isn't there, and you may not make it: ask "
                f"somebody who may (`kubectl create namespace {self.helm.namespace}`), or name "
                "another, NAMESPACE=…."
            ) from error

    def _left(self) -> str:
        """Return what a failed upgrade has left: Helm takes it back, which may fail, too."""
        history = History(self.helm, self.name, apart=True)
        if way := _way_out(self.name, history):
            return way
        if history.last and history.last.status != "deployed":
            return self._astray(history.before())
        return f"The release {self.name} runs what it ran before." if history.last else ""

    def _overtaken(self, own: int) -> str:
        """Return what to do where another deployment came after this one; empty if none did."""
        last = History(self.helm, self.name, apart=True).last
        if last is None or last.number <= own:
            return ""
        return (
            f"Meanwhile another deployment has made of the release {self.name} its revision "
            f"{last.number} ({last.status}); this one was revision {own}. Nothing is taken back: "
            f"see `helm history {self.name} --namespace {self.helm.namespace}`, and deploy again "
            "(`make deploy`) if yours is to run."
        )

    def _astray(self, revision: int | None) -> str:
        """Return what to do where a release was not taken back."""
        again = f"make rollback-release REVISION={revision}" if revision else "make undeploy"
        return (
            f"The release {self.name} is neither what it was nor what it should be: `helm history "
            f"{self.name} --namespace {self.helm.namespace}` has its revisions; when what stood in "
            f"the way is gone, `{again}` takes it back."
        )

    def _take_back(self, revision: int | None) -> str:
        """Bring back what ran before this deployment, and return what became of it."""
        say(f"The release {self.name} is taken back; this can't be interrupted.", "red")
        try:
            if revision is None:
                self.helm.show("uninstall", self.name, *_PATIENCE, apart=True)
                return f"The release {self.name} is removed again: nothing ran before it."
            self._go_back(revision, apart=True)
        except ProjectError as error:
            raise ProjectError(f"{error} {self._astray(revision)}") from error
        return f"The release {self.name} runs again what it ran before, revision {revision}."

    def _go_back(self, revision: int, *, apart: bool) -> None:
        options = ("--cleanup-on-fail", *self.helm.forced, *_PATIENCE)
        self.helm.show("rollback", self.name, str(revision), *options, apart=apart)

    def _values(self, given: Mapping[str, str]) -> list[str]:
        values = [word for file in self.values for word in ("--values", str(file))]
        for name, value in given.items():
            values += ["--set-string", f"{name}={_as_it_is(value)}"]
        return [self.name, str(chart_folder()), *values]


def _as_it_is(value: str) -> str:
    """Return a text for Helm's options, where a comma begins another value and a brace a list."""
    return re.sub(r"[\\,{}]", r"\\\g<0>", value)


def _way_out(name: str, history: History) -> str:
    """Return what to do about a release that is under way, which Helm refuses; empty if none is."""
    if not (history.last and history.last.pending):
        return ""
    way = "make rollback-release" if history.running() else "make undeploy"
    return (
        f"The release {name} is under way ({history.last.status}): another deployment runs, or "
        f"was cut off. Wait for it; if it was cut off, `{way}`, and deploy again (`make deploy`)."
    )


def _lines(manifest: str) -> list[str]:
    """Return a manifest's lines; Helm 4 leaves one more empty between objects than Helm 3."""
    return manifest.strip().replace("\n\n---", "\n---").splitlines()
