"""From a verified bundle to all that answers for it, beside whatever is served meanwhile."""

from collections.abc import Sequence

from starlette.routing import BaseRoute

from ..bundle.metadata import Metadata
from ..bundle.read import Bundle
from ..bundle.self_test import self_test
from ..contract.routes import prediction_routes
from ..settings import Settings
from . import pages, probes
from .metrics import Metrics
from .prediction_log import PredictionLog
from .predictor import ModelCall, Predictor, untraced
from .routes import direct_route
from .state import Served


def prepare(
    bundle: Bundle,
    settings: Settings,
    metrics: Metrics,
    log: PredictionLog | None,
    fixed: Sequence[BaseRoute],
) -> Served:
    """Load and test a bundle's model, and make its routes and the API's description.

    Args:
        bundle: The bundle.
        settings: How it is served.
        metrics: What counts its predictions.
        log: Where they are written, if anywhere.
        fixed: The routes that are the same for any bundle.

    Raises:
        ProjectError: The model can't be loaded, or fails its self-test.
    """
    schema, metadata, serving = bundle.schema, bundle.metadata, settings.serving
    engine = bundle.engine(settings.training.trusted_types)
    self_test(engine, schema, metadata)
    predictor = Predictor(schema, metadata, engine, metrics, log, _model_call(settings, metadata))
    routes = [
        *(
            direct_route(route, predictor, serving.max_body_bytes, metadata)
            for route in prediction_routes(schema, serving.max_rows, serving.score_as_text)
        ),
        probes.params_route(schema),
        *fixed,
    ]
    return Served(metadata, routes, pages.described(settings.model, routes, metadata.version))


def _model_call(settings: Settings, metadata: Metadata) -> ModelCall:
    if settings.serving.telemetry == "none":
        return untraced
    from .traces import model_call

    return model_call(metadata)
