"""Helm as the tests run it."""

import os
import subprocess
from pathlib import Path

from .go_programs import helm_binary


def helm(
    *arguments: object, cwd: Path, kubeconfig: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Helm in a folder, whatever comes of it; without a kubeconfig it has no cluster."""
    return subprocess.run(
        [*map(str, (helm_binary(), *arguments))],
        cwd=cwd,
        env=os.environ | {"KUBECONFIG": str(kubeconfig or "none")},
        capture_output=True,
        text=True,
    )
