"""kubectl, in one namespace."""

import shutil
import subprocess
from collections.abc import Callable
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

    def read(self, take: Callable[[bytes], None], *arguments: str, told: bool = True) -> bool:
        """Hand on what a command says, line by line, until its end; return whether it was good.

        Args:
            take: Gets each line, with its end if it has one.
            arguments: The command's words.
            told: Show what it says of failures.
        """
        with subprocess.Popen(  # noqa: S603
            self._command(*arguments),
            stdout=subprocess.PIPE,
            stderr=None if told else subprocess.DEVNULL,
            preexec_fn=deaf_to_hangup,
        ) as program:
            assert program.stdout is not None  # noqa: S101
            try:
                for line in program.stdout:
                    take(line)
            except BaseException:
                program.kill()  # it waits for the cluster, and would not notice
                raise
        return not program.returncode

    def _command(self, *arguments: str) -> list[str]:
        return [need_kubectl(), "--namespace", self.namespace, *arguments]
