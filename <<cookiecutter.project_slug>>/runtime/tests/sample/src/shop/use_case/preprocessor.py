"""The preparation of features for the estimator."""

from model_runtime import BasePreprocessor


class Preprocessor(BasePreprocessor):
    """Fills, scales and encodes by features.yaml."""
