"""The machine that the figures are of."""

import os
import platform
import subprocess
from pathlib import Path

import psutil

from .process import cores


def machine() -> dict[str, str | float | bool]:
    """Return processor, cores, memory, kernel and Python, if processes are pinned, and the load.

    The load is that of others: it is asked for before anything is measured.
    """
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "wrk": _first_line("wrk", "--version").split(" Copyright")[0],
        "pinned": cores() is not None,
        "load": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if not information.is_file():
        return _first_line("sysctl", "-n", "machdep.cpu.brand_string") or platform.machine()
    lines = information.read_text("utf-8").splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().partition("\n")[0]
