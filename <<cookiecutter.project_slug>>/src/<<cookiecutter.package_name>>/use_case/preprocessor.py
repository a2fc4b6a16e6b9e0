"""The preparation of features for the estimator."""

from ..preprocessing import BasePreprocessor


class Preprocessor(BasePreprocessor):
    """Fills, scales and encodes by features.yaml; override a method where that is not enough."""
