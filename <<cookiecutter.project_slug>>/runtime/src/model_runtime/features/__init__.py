"""Features: the inputs of a model, and for each type the rule of which values fit."""

from .feature import Feature, FeatureType
from .file import Features, read_features
from .names import Answer
from .rule import Misfit, Rule
from .thresholds import Threshold, missed

__all__ = [
    "Answer",
    "Feature",
    "FeatureType",
    "Features",
    "Misfit",
    "Rule",
    "Threshold",
    "missed",
    "read_features",
]
