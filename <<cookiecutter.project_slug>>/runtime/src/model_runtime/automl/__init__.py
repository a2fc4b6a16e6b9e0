"""AutoML: `search` finds the best estimator within the budget of config.yaml, by FLAML."""

from .race import search

__all__ = ["search"]
