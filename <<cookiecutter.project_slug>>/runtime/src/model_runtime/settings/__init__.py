"""Every setting of the project: config.yaml, overridden by the environment."""

from .deploy import Deployment, Image, Jenkins, Score
from .file import Settings, config_file, read_settings
from .learn import AutoML, Model, Training
from .log import Log
from .serve import ApiKeys, Paths, Registry, Serving

__all__ = [
    "ApiKeys",
    "AutoML",
    "Deployment",
    "Image",
    "Jenkins",
    "Log",
    "Model",
    "Paths",
    "Registry",
    "Score",
    "Serving",
    "Settings",
    "Training",
    "config_file",
    "read_settings",
]
