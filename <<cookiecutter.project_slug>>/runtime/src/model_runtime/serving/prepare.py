"""From a verified bundle to all that answers for it, beside whatever is served meanwhile."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from starlette.routing import BaseRoute

from ..bundle.in_turn import work_in_turn
from ..bundle.metadata import Metadata
from ..bundle.read import Bundle
from ..bundle.self_test import self_test
from ..contract.route import PredictionRoute
from ..contract.routes import prediction_routes
from ..settings import Settings
from . import pages, probes
from .admission import Admission
from .early_dispatch import Way
from .metrics import Metrics
from .pace import inline_rows
from .prediction_log import PredictionLog
from .predictor import ModelCall, Predictor, untraced
from .routes import Answering, direct_route
from .state import Served

Asked = tuple[PredictionRoute, Answering, Any]
"""A route, what answers its requests, and the answer to its example."""


def prepare(
    bundle: Bundle,
    settings: Settings,
    metrics: Metrics,
    admission: Admission,
    log: PredictionLog | None,
    fixed: Sequence[BaseRoute],
) -> Served:
    """Load and test a bundle's model, and make its routes and the API's description.

    Args:
        bundle: The bundle.
        settings: How it is served.
        metrics: What counts its predictions.
        admission: Bounds how many are in progress.
        log: Where they are written, if anywhere.
        fixed: The routes that are the same for any bundle.

    Raises:
        ProjectError: The model can't be loaded or fails its self-test, or the settings of the log
            don't fit it.
    """
    schema, metadata, serving = bundle.schema, bundle.metadata, settings.serving
    engine = bundle.engine(settings.training.trusted_types)
    if metadata.engine == "sklearn":
        work_in_turn()
    self_test(engine, schema, metadata)
    model_log = log.of(schema, metadata) if log else None
    rows, call = inline_rows(engine, schema), _model_call(settings, metadata)
    predictor = Predictor(schema, metadata, engine, rows, metrics, model_log, call)
    most_bytes = serving.max_body_bytes
    answered = prediction_routes(schema, serving.max_rows, serving.score_as_text)
    told = np.array([metadata.self_test.outputs])
    asked: list[Asked] = [
        (each, partial(predictor.answer, each), each.answer_by(told)) for each in answered
    ]
    if serving.explain:
        from .explain import explainer

        own = explainer(bundle, engine, answered[0].request, predictor, settings, metrics)
        asked.append((own.route, own.answer, own.example(schema.example)))
    routes = [
        *(direct_route(*each, admission, most_bytes, metadata.version) for each in asked),
        probes.params_route(schema),
        *fixed,
    ]
    described = pages.described(settings, routes, metadata.version)
    ways = {each.path.encode(): Way.of(each, predictor, most_bytes) for each in answered}
    return Served(metadata, routes, described, ways)


def _model_call(settings: Settings, metadata: Metadata) -> ModelCall:
    if settings.serving.telemetry == "none":
        return untraced
    from .traces import model_call

    return model_call(metadata)
