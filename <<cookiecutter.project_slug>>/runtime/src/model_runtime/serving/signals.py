"""The service's handling of signals, before and beside uvicorn's."""

import os
import signal
import sys
from types import FrameType


def hangup_renews() -> bool:
    """Return whether SIGHUP asks for the bundle anew; at a terminal it says that this is closed."""
    return not os.isatty(0)


def quit_on_signals() -> None:
    """Let signals that come before the server takes them end the process.

    uvicorn raises them again when all is answered, too; an end that was asked for is no failure.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _quit)
    signal.signal(signal.SIGHUP, signal.SIG_IGN if hangup_renews() else _quit)


def _quit(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
