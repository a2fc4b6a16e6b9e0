"""reports-load/: a page with plots, the figures as JSON, and the limits as JUnit XML."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement

from ..files import replacing
from ..settings import Settings
from .limits import Check
from .measured import Measured
from .page import page
from .resident import Samples

MARK = "load.json"


def reports_folder(settings: Settings, kind: str) -> Path:
    """Return where the report of a load test, or of a soak, goes."""
    reports = settings.paths.reports
    return reports.with_name(f"{reports.name}-{kind}")


def write_report(
    folder: Path,
    title: str,
    about: dict[str, str],
    measured: Measured,
    checks: Sequence[Check],
    memory: Samples = (),
) -> None:
    """Write the report, in place of an earlier one.

    Args:
        folder: Where to.
        title: The page's.
        about: What was asked, by whom and when.
        measured: The run.
        checks: Its limits.
        memory: The service's, where it is known.

    Raises:
        ProjectError: The folder has something else in it.
    """
    with replacing(folder, MARK) as new:
        figures = measured.figures() | {"checks": [asdict(check) for check in checks]}
        figures["memory"] = [[round(value, 2) for value in sample] for sample in memory]
        (new / MARK).write_text(json.dumps({"run": about} | figures, indent=2) + "\n", "utf-8")
        (new / "load.html").write_text(page(title, about, measured, checks, memory), "utf-8")
        _junit(title, measured, checks).write(new / "load.xml", "utf-8", xml_declaration=True)


def _junit(title: str, measured: Measured, checks: Sequence[Check]) -> "ElementTree[Element]":
    """Return the form that CI systems read: a test for each limit."""
    counted = {
        "name": title,
        "time": f"{measured.seconds:.3f}",
        "tests": str(len(checks)),
        "failures": str(sum(not check.is_kept for check in checks)),
        "errors": "0",
    }
    suite = Element("testsuite", counted)
    for check in checks:
        case = SubElement(suite, "testcase", classname="load", name=check.limit)
        if not check.is_kept:
            SubElement(case, "failure", message=f"{check.limit}: found {check.found}")
    return ElementTree(suite)
