"""Helm, as the person at the desk would call it; each command is shown before it runs."""

import difflib
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from ..errors import ProjectError
from ..terminal import say
from .chart import chart_folder


@dataclass(frozen=True)
class Release:
    """A release of the chart."""

    name: str
    namespace: str
    console: Console
    values: tuple[Path, ...] = ()
    """Files, a later one before an earlier one."""

    def deploy(self, image: Mapping[str, str]) -> None:
        """Run an image and wait until it answers; a release that fails is taken back.

        Args:
            image: Its repository and tag.

        Raises:
            ProjectError: Helm is missing or fails, as it has said.
        """
        wait = ("--wait", "--atomic", "--timeout", "10m")
        self._show("upgrade", "--install", "--create-namespace", *wait, *self._values(image))
        self._show("test", self.name)

    def diff(self, image: Mapping[str, str]) -> str:
        """Return how the cluster's objects would change, empty if they wouldn't."""
        values = self._values(image)
        plugins = self._ask("plugin", "list").splitlines()
        if any(line.split()[:1] == ["diff"] for line in plugins):
            return self._ask("diff", "upgrade", "--allow-unreleased", *values)
        there = self._ask("list", "--short", "--filter", f"^{self.name}$")
        before = self._ask("get", "manifest", self.name) if there.strip() else ""
        after = self._ask("template", "--no-hooks", *values)
        old, new = before.strip().splitlines(), after.strip().splitlines()
        return "\n".join(difflib.unified_diff(old, new, "released", "new", lineterm=""))

    def rollback(self, revision: int | None) -> None:
        """Go back to a revision, the one before if none is said, and wait until it answers."""
        wanted = str(revision or self._before())
        self._show("rollback", self.name, wanted, "--wait", "--cleanup-on-fail", "--timeout", "10m")

    def _before(self) -> int:
        """Return the revision that ran before the present one; one that failed never ran."""
        listed = self._ask("history", self.name, "--max", "50", "--output", "json")
        history = sorted(json.loads(listed), key=lambda entry: entry["revision"])
        deployed = [each for each in history if each["status"] == "deployed"]
        present = (deployed or history)[-1]
        # What a failed deployment was taken back to, is a revision of its own.
        again = re.fullmatch(r"Rollback to (\d+)", present["description"])
        since = int(again[1]) if again else present["revision"]
        ran = [each["revision"] for each in history if each["status"] == "superseded"]
        if not (earlier := [number for number in ran if number < since]):
            raise ProjectError(f"The release {self.name} has nothing that ran before.")
        return int(max(earlier))

    def undeploy(self) -> None:
        """Remove all that the release has; the namespace and its Secrets stay."""
        self._show("uninstall", self.name, "--wait")

    def _values(self, image: Mapping[str, str]) -> list[str]:
        values = [word for file in self.values for word in ("--values", str(file))]
        for name, value in image.items():
            values += ["--set-string", f"image.{name}={value}"]
        return [self.name, str(chart_folder()), *values]

    def _show(self, *arguments: str) -> None:
        command = self._command(*arguments)
        say(" ".join(command), "dim", self.console)
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
