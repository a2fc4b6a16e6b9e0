"""One event a prediction: collected off the request's path, written where config.yaml says."""

from .log import ModelLog, PredictionLog
from .opened import SINKS, demand_complete, open_log

__all__ = ["SINKS", "ModelLog", "PredictionLog", "demand_complete", "open_log"]
