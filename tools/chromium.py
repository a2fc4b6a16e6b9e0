"""The system's Chromium, as tests and pictures drive it."""

import shutil

from playwright.sync_api import Browser, Playwright

PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")
ABSENT = "no browser: install chromium (on Debian: apt-get install chromium)"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launched(playwright: Playwright) -> Browser:
    """Start it, without a window."""
    return playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
