"""The system's Chromium, as tests and pictures drive it."""

import shutil

from playwright.sync_api import Browser, Playwright

# The shell is Chromium for programs: it draws the same pages with half the work.
PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")
PROGRAM = next(filter(None, map(shutil.which, PROGRAMS)), None)
ABSENT = "no browser: install chromium (on Debian: apt-get install chromium-headless-shell)"
# Chromium makes each window's menus of the address bar ready, as web pages, and a renderer for the
# next page: more than half of the work of a page that is opened, for windows that nobody sees.
UNUSED = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"]
# Of Playwright's own: the last list of features is the one that counts.
UNWANTED = [
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(UNUSED + UNWANTED)}",
]


def launched(playwright: Playwright) -> Browser:
    """Start it, without a window."""
    return playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
