"""A process that answers: the only one of a service, or one of several."""

import os
import signal
import socket
import sys
import threading
from multiprocessing.process import parent_process

import uvicorn

from ..errors import ProjectError
from ..settings import Settings, read_settings
from .drain import DrainingServer
from .server_options import server_options
from .signals import quit_on_signals
from .standard_streams import run_to_the_end, take_over
from .state import Place, State


def answer(settings: Settings, sockets: list[socket.socket], place: Place) -> None:
    """Serve the bundle until a signal."""
    # Not before: prometheus_client asks the environment at its import how to count.
    from .app import create_app

    state = State(place)
    app = create_app(settings, state)
    config = uvicorn.Config(app, **server_options(settings, app.state.early))
    drain_seconds = settings.serving.drain_seconds
    DrainingServer(config, state, drain_seconds, app.state.reload).run(sockets)


def work(sockets: list[socket.socket], place: Place) -> None:
    """Serve as one of several, in a process of its own, for as long as the supervisor lives."""
    take_over(len(place.ready))
    run_to_the_end(lambda: _work(sockets, place))


def _work(sockets: list[socket.socket], place: Place) -> None:
    quit_on_signals()
    # It is the supervisor's, to whose whole group a terminal sends it.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    threading.Thread(target=_end_with_supervisor, daemon=True).start()
    try:
        answer(read_settings(), sockets, place)
    except ProjectError as error:
        sys.exit(str(error))


def _end_with_supervisor() -> None:
    if supervisor := parent_process():
        supervisor.join()
    os.kill(os.getpid(), signal.SIGTERM)
