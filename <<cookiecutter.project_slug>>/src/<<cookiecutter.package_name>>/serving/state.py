"""The model that is served, from loading to ready or failed."""

import logging
from dataclasses import dataclass

from ..bundle.read import Bundle, read_bundle
from ..bundle.self_test import self_test
from ..errors import ProjectError
from ..settings import Settings
from .metrics import Metrics
from .prediction_log import PredictionLog
from .predictor import Predictor

log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True)
class Served:
    """A bundle in service."""

    bundle: Bundle
    predictor: Predictor
    log: PredictionLog | None


@dataclass
class State:
    """What a worker serves; `served` is set when its routes are in place, and not before."""

    served: Served | None = None
    reason: str = "The model is being loaded; try again in a moment."

    def load(self, settings: Settings, metrics: Metrics) -> Served | None:
        """Read, verify, load and test the bundle, or keep the sentence that says why not."""
        try:
            return _load(settings, metrics)
        except ProjectError as error:
            self.reason = str(error)
        except Exception:
            log.exception("loading the bundle failed")
            self.reason = "Loading the bundle failed; the service's log says why."
        log.error("Not ready, and no prediction will be answered. %s", self.reason)
        return None


def _load(settings: Settings, metrics: Metrics) -> Served:
    bundle = read_bundle(settings.paths.bundle)
    engine = bundle.engine(settings.training.trusted_types)
    self_test(engine, bundle.schema, bundle.metadata)
    lines = PredictionLog(bundle.metadata) if settings.serving.log_predictions else None
    metrics.serves(bundle.metadata)
    return Served(bundle, Predictor(bundle, engine, metrics, lines), lines)
