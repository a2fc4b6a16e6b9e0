"""Fetch chosen months from data.police.uk's archives, or from any archive of the same layout.

An archive is a zip of about three years up to the month that names it, 1.5 GB and more; of it only
the chosen months are kept.
"""

import logging
import re
import shutil
import zipfile
from pathlib import Path

from model_runtime import ProjectError, download

from .street_files import NAME, meant

ARCHIVES = "https://data.police.uk/data/archive"
"""Terms: Open Government Licence v3.0."""

log = logging.getLogger(__name__)

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def fetch_months(folder: Path, source: str | None, months: list[str]) -> Path:
    """Put a zip of the chosen months into a folder and return its path.

    Args:
        folder: Usually data/.
        source: An archive's address or path; left out, data.police.uk's of the last month chosen.
        months: As YYYY-MM; of a source of one's own, all if none is named.

    Raises:
        ProjectError: No month or no such month, the source can't be had, or it is no whole zip.
    """
    if wrong := [month for month in months if not _MONTH.fullmatch(month)]:
        raise ProjectError(f"{wrong[0]!r} is no month; write ONLY='2018-10 2018-11'.")
    if source is None and not months:
        raise ProjectError("Which months? Write for example ONLY='2018-10 2018-11'.")
    address = source or f"{ARCHIVES}/{max(months)}.zip"
    archive = download(address, folder / "download" / Path(address).name, check=_broken)
    kept = folder / f"police-{'-'.join(months) if months else archive.stem}.zip"
    try:
        _keep(archive, kept, months)
    finally:
        shutil.rmtree(archive.parent)
    return kept


def _broken(archive: Path) -> str | None:
    try:
        with zipfile.ZipFile(archive) as opened:
            name = opened.testzip()
    except zipfile.BadZipFile as error:
        return f"it is no zip ({error})"
    return f"{name} in it is damaged" if name else None


def _keep(archive: Path, target: Path, months: list[str]) -> None:
    """Copy the street files of the months, one at a time; beside, then renamed."""
    beside = target.with_suffix(".part")
    with zipfile.ZipFile(archive) as source:
        names = [
            name
            for name in source.namelist()
            if (match := NAME.search(name)) and (not months or match[1] in months)
        ]
        for name in source.namelist():
            if meant(name) and not NAME.search(name):
                log.warning(f"Left in {archive.name}: {name}, not named as a street file is.")
        present = {NAME.search(name)[1] for name in names}  # type: ignore[index]
        if missing := sorted(set(months) - present) or ([] if names else ["any month"]):
            raise ProjectError(f"{archive.name} has no street files of {', '.join(missing)}.")
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as kept:
            for name in names:
                kept.writestr(name, source.read(name))
    beside.rename(target)
