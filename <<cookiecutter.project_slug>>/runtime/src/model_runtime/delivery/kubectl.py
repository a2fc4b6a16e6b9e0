"""kubectl, in one namespace."""

import shutil
import subprocess
from dataclasses import dataclass

from ..errors import ProjectError
from .interrupts import deaf_to_hangup


def need_kubectl() -> str:
    """Return the program.

    Raises:
        ProjectError: It isn't here.
    """
    if found := shutil.which("kubectl"):
        return found
    raise ProjectError(
        "kubectl is not installed here; get https://kubernetes.io/docs/tasks/tools/."
    )


@dataclass(frozen=True)
class Kubectl:
    """The program, in one namespace."""

    namespace: str

    def ask(self, *arguments: str, given: str = "", apart: bool = False) -> str:
        """Return what a command says.

        Args:
            arguments: Its words.
            given: Its standard input.
            apart: Let nothing interrupt it.

        Raises:
            ProjectError: It fails, with what it has said.
        """
        done = subprocess.run(  # noqa: S603
            self._command(*arguments),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=apart,
        )
        if done.returncode:
            raise ProjectError(f"kubectl {arguments[0]} failed: {done.stderr.strip()}")
        return done.stdout

    def show(self, *arguments: str) -> None:
        """Run a command and show what it says, until its end."""
        command = self._command(*arguments)
        subprocess.run(command, check=False, preexec_fn=deaf_to_hangup)  # noqa: S603

    def _command(self, *arguments: str) -> list[str]:
        return [need_kubectl(), "--namespace", self.namespace, *arguments]
