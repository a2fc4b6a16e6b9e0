"""Helm, as the person at the desk would call it; each command is shown before it runs."""

import difflib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ..errors import ProjectError
from .chart import chart_folder


@dataclass(frozen=True)
class Release:
    """A release of the chart."""

    name: str
    namespace: str
    console: Console

    def deploy(self, tag: str, extra: Path | None) -> None:
        """Run an image and wait until it answers; a release that fails is taken back.

        Args:
            tag: The image's.
            extra: Values that go before those of config.yaml, e.g. production's.

        Raises:
            ProjectError: Helm is missing or fails, as it has said.
        """
        wait = ("--wait", "--atomic", "--timeout", "10m")
        self._show("upgrade", "--install", "--create-namespace", *wait, *self._values(tag, extra))
        self._show("test", self.name)

    def diff(self, tag: str, extra: Path | None) -> str:
        """Return how the cluster's objects would change, empty if they wouldn't."""
        values = self._values(tag, extra)
        if any(line.startswith("diff\t") for line in self._ask("plugin", "list").splitlines()):
            return self._ask("diff", "upgrade", "--allow-unreleased", *values)
        there = self._ask("list", "--short", "--filter", f"^{self.name}$")
        before = self._ask("get", "manifest", self.name) if there.strip() else ""
        after = self._ask("template", "--no-hooks", *values)
        old, new = before.strip().splitlines(), after.strip().splitlines()
        return "\n".join(difflib.unified_diff(old, new, "released", "new", lineterm=""))

    def rollback(self, revision: int | None) -> None:
        """Go back to a revision, the one before if none is said, and wait until it answers."""
        revisions = [] if revision is None else [str(revision)]
        self._show("rollback", self.name, *revisions, "--wait", "--timeout", "10m")

    def undeploy(self) -> None:
        """Remove all that the release has; the namespace and its Secrets stay."""
        self._show("uninstall", self.name, "--wait")

    def _values(self, tag: str, extra: Path | None) -> list[str]:
        files = ["config.yaml", *([str(extra)] if extra else [])]
        values = [word for file in files for word in ("--values", file)]
        return [self.name, str(chart_folder()), *values, "--set-string", f"image.tag={tag}"]

    def _show(self, *arguments: str) -> None:
        command = self._command(*arguments)
        self.console.print(" ".join(command), style="dim", highlight=False, soft_wrap=True)
        _run(command, None)

    def _ask(self, *arguments: str) -> str:
        return _run(self._command(*arguments), subprocess.PIPE)

    def _command(self, *arguments: str) -> list[str]:
        return ["helm", *arguments, "--namespace", self.namespace]


def _run(command: list[str], stdout: int | None) -> str:
    if not shutil.which(command[0]):
        raise ProjectError("helm is not installed here; get version 3.18 or later.")
    done = subprocess.run(command, stdout=stdout, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise ProjectError(f"helm {command[1]} failed; above is why.")
    return done.stdout or ""
