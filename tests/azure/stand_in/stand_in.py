"""The stand-in as a whole: its parts, the calls that came, and the environment of its clients."""

import threading
import traceback
from pathlib import Path

from .arm import Arm
from .container_apps import ContainerApps
from .containers import Containers
from .deployments import Deployments
from .faults import Faults
from .groups import Groups
from .machine_learning import MachineLearning
from .messages import Answer, Refused, Request
from .proxy import AUTHORITY, Proxy
from .router import Router
from .tokens import CLIENT, TENANT, Tokens

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"


class StandIn:
    """Azure, as far as the tests need it.

    Attributes:
        failures: Faults of the stand-in itself.
        calls: Method, host and path of the requests that came, in order, but those for tokens.
    """

    def __init__(self, folder: Path) -> None:
        """Start; files that clients need are written into a folder."""
        self._proxy = Proxy(self._answer)
        self._authority = folder / "authority.pem"
        AUTHORITY.cert_pem.write_to_path(str(self._authority))
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget all that was put, called and asked for."""
        self.calls: list[str] = []
        self.requests: list[Request] = []
        self.unknown: list[str] = []
        self.failures: list[str] = []
        self.faults, self.tokens = Faults(), Tokens()
        self.router = Router()
        self.arm = Arm(self.tokens)
        self.machine_learning = MachineLearning(self.arm)
        self.container_apps, self.containers = ContainerApps(self.arm), Containers(self.arm)
        self.groups, self.deployments = Groups(self.arm), Deployments(self.arm)
        for part in (
            self.tokens,
            self.machine_learning,
            self.container_apps,
            self.containers,
            self.deployments,
            self.groups,
            self.arm,
        ):
            part.register(self.router)

    def environment(self) -> dict[str, str]:
        """Return the variables by which a program comes here instead of to Azure."""
        return {
            "HTTP_PROXY": self._proxy.url,
            "http_proxy": self._proxy.url,
            "HTTPS_PROXY": self._proxy.url,
            "https_proxy": self._proxy.url,
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": str(self._authority),
            "SSL_CERT_FILE": str(self._authority),
            "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": CLIENT,
            "AZURE_CLIENT_SECRET": self.tokens.secret,
        }

    def close(self) -> None:
        """Stop."""
        self._proxy.shutdown()
        self._proxy.server_close()

    def _answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            if not request.host.startswith("login."):
                self.calls.append(f"{request.method} {request.host}{request.path}")
        try:
            self.faults.check(request)
            return self.router.answer(request)
        except Refused as refused:
            if refused.answer.status == 404:
                self.unknown.append(f"{request.method} {request.host}{request.path}")
            return refused.answer
        except Exception:
            self.failures.append(traceback.format_exc())
            return Answer(400, {"error": {"code": "StandIn", "message": traceback.format_exc()}})
