"""XGBoost on all workers of a cluster at once."""

import logging
from urllib.parse import urlsplit

from xgboost.core import XGBoostError

from ...cluster import WorkerLostError
from ...errors import ProjectError
from .parts import Parts
from .xgboost_share import Share, learn, meet

ATTEMPTS = 5
"""Trainings that are begun before a cluster that goes on losing workers is given up."""

_logger = logging.getLogger(__name__)


def trained(share: Share, parts: Parts) -> bytes:
    """Return the booster, trained on all workers; anew where one is lost meanwhile.

    Args:
        share: All of the work.
        parts: Where it is done.

    Raises:
        ProjectError: Workers are lost again and again.
    """
    for attempt in range(1, ATTEMPTS + 1):
        places = parts.cluster.places
        try:
            return _together(share, parts, dict([*places.items()][: len(share.parts)]))
        except (WorkerLostError, XGBoostError) as error:
            lost = sorted({*places} - {*parts.cluster.places})
            if not lost:
                raise
            if attempt == ATTEMPTS:
                raise ProjectError(
                    f"XGBoost lost workers in {ATTEMPTS} trainings, the last {', '.join(lost)}: "
                    "they run out of memory, or can't be reached. Make their memory larger, or "
                    "have more of them, with less of the rows each."
                ) from error
            _logger.warning(
                "XGBoost: worker %s is lost, and with it its share of the rows; the training "
                "begins anew on the workers that are there.",
                ", ".join(lost),
            )
    raise AssertionError("an attempt returns or raises")


def _together(share: Share, parts: Parts, places: dict[str, int | None]) -> bytes:
    """Train once; the first worker returns the booster."""
    group = None
    if len(places) > 1:
        first = next(iter(places))
        asked = {first: (len(places), str(urlsplit(first).hostname))}
        group = parts.cluster.at_once(meet, asked)[0]
    threads = [each for each in places.values() if each]
    shares = {
        place: share.of(rank, len(places), min(threads, default=None), group)
        for rank, place in enumerate(places)
    }
    found = parts.cluster.at_once(learn, shares)[0]
    if found is None:
        raise AssertionError("the first worker returns the booster")
    return found
