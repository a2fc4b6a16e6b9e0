"""The prediction log that config.yaml asks for."""

from collections.abc import Callable

from ...errors import ProjectError
from ...project import project
from ...settings import Log
from .delivery import Delivery, Destination
from .forward import Collector
from .log import PredictionLog
from .rotating_file import RotatingFile
from .sink import Sink, StandardOutput

SINKS = (RotatingFile.name, Collector.name)
"""The sinks whose lost events are counted by their names, as standard output's are by its own."""


def open_log(settings: Log, dropped: Callable[[str, int], None]) -> PredictionLog | None:
    """Return the prediction log, or None where config.yaml wants none.

    Args:
        settings: How to log.
        dropped: Called with the sink's name and a number of events that are lost.

    Raises:
        ProjectError: Something that it needs is not set.
    """
    if settings.predictions == "none":
        return None
    demand_complete(settings)
    return PredictionLog(settings, _sink(settings, dropped))


def demand_complete(settings: Log) -> None:
    """Refuse a log that lacks something.

    Raises:
        ProjectError: The collector's host or certificates, or the key to hash with.
    """
    if settings.predictions == "forward" and not settings.forward.host:
        raise ProjectError("log.predictions is 'forward'; set log.forward.host to the collector's.")
    if "hashed" in settings.features.values() and not settings.hash_key:
        raise ProjectError(
            "log.features has hashed values, which need a key: set "
            f"{project().prefix}LOG__HASH_KEY in the environment, e.g. to what "
            "`openssl rand -hex 32` prints."
        )


def _sink(settings: Log, dropped: Callable[[str, int], None]) -> Sink:
    if settings.predictions == "stdout":
        return StandardOutput()
    return Delivery(_destination(settings), settings.buffer_mb * 2**20, dropped)


def _destination(settings: Log) -> Destination:
    if settings.predictions == "file":
        return RotatingFile(settings.file)
    key = settings.shared_key.get_secret_value() if settings.shared_key else ""
    try:
        return Collector(settings.forward, key)
    except OSError as error:
        raise ProjectError(
            f"log.forward.ca_file: {settings.forward.ca_file} can't be used: {error.strerror}."
        ) from error
