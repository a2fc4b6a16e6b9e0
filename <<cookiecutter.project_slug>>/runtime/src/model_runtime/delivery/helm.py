"""Helm, as the person at the desk would call it; each command that changes something is shown."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property

from rich.console import Console

from ..errors import ProjectError
from ..terminal import say
from .interrupts import Interrupts, deaf_to_hangup


class HelmError(ProjectError):
    """A command of Helm's that failed, and what it said."""

    def __init__(self, command: str, said: str) -> None:
        """Tell it after Helm itself has."""
        super().__init__(f"helm {command} failed; above is why.")
        self.said = said


class InterruptedHelmError(ProjectError):
    """A signal to end that came before a command was done."""


def need_helm() -> None:
    """See that Helm is here.

    Raises:
        ProjectError: It isn't.
    """
    if not shutil.which("helm"):
        raise ProjectError("helm is not installed here; get version 3.18 or later.")


@dataclass
class Helm:
    """The program, in one namespace."""

    namespace: str
    console: Console
    interrupts: Interrupts = field(default_factory=Interrupts)

    @cached_property
    def forced(self) -> tuple[str, ...]:
        """The options by which the chart's values win over those that others set meanwhile.

        Helm 3 needs none; Helm 4 would fail where a Deployment was scaled by hand, and leaves a
        release of Helm 3's as that has applied it, where it takes no such option.
        """
        return () if self._is_3 else ("--server-side=true", "--force-conflicts")

    @cached_property
    def atomic(self) -> tuple[str, ...]:
        """The options that take a failed upgrade back."""
        return ("--atomic",) if self._is_3 else ("--rollback-on-failure", *self.forced)

    @cached_property
    def test_without_notes(self) -> tuple[str, ...]:
        """The words of a test that does not show the chart's notes; Helm 4's never does."""
        return ("test", "--hide-notes") if self._is_3 else ("test",)

    @cached_property
    def _is_3(self) -> bool:
        return self.ask("version", "--template", "{{.Version}}").startswith("v3.")

    def show(self, *arguments: str, apart: bool = False) -> None:
        """Run a command that may take long, and show what it says.

        Args:
            arguments: Its words.
            apart: Let nothing interrupt it.

        Raises:
            HelmError: It fails, as it has said.
            InterruptedHelmError: A signal to end came.
        """
        if self.interrupts.came and not apart:
            raise InterruptedHelmError("Interrupted.")
        command = self._command(*arguments)
        say(" ".join(command), "dim", self.console)
        self._run(command, apart=apart)

    def ask(self, *arguments: str, apart: bool = False) -> str:
        """Return what a command says.

        Args:
            arguments: Its words.
            apart: Let nothing interrupt it.

        Raises:
            HelmError: It fails; unless nothing of that name is there, it has said why.
        """
        command = self._command(*arguments)
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, start_new_session=apart
        )
        if done.returncode:
            if not re.search("release: not found", done.stderr):
                sys.stderr.write(done.stderr)
            raise HelmError(arguments[0], done.stderr)
        return done.stdout

    def _run(self, command: list[str], *, apart: bool) -> None:
        said = ""
        # Apart also from the terminal, which signals to all that it has in front.
        with subprocess.Popen(  # noqa: S603
            command,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=apart,
            preexec_fn=deaf_to_hangup,
        ) as program:
            assert program.stderr is not None  # noqa: S101
            with self.interrupts.handed_to(program, apart=apart):
                for line in program.stderr:
                    sys.stderr.write(line)
                    said += line
        if not program.returncode:
            return
        if self.interrupts.came and not apart:
            raise InterruptedHelmError(f"helm {command[1]} was interrupted.")
        raise HelmError(command[1], said)

    def _command(self, *arguments: str) -> list[str]:
        need_helm()
        return ["helm", *arguments, "--namespace", self.namespace]
