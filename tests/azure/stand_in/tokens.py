"""The login endpoint: tokens for applications, and their check."""

import base64
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from .messages import Answer, Refused, Request
from .router import Router

TENANT = "00000000-0000-0000-0000-00000000000a"
CLIENT = "00000000-0000-0000-0000-00000000000b"
PRINCIPAL = "00000000-0000-0000-0000-00000000000c"
LOGIN = "login.microsoftonline.com"


@dataclass
class Tokens:
    """Tokens that were given, each for an audience and a time."""

    lifetime: int = 3_600
    refusal: str = ""
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    given: dict[str, tuple[str, float]] = field(default_factory=dict)

    def register(self, router: Router) -> None:
        """Answer on the login endpoint."""
        router.add("GET", LOGIN, "/*/v2.0/.well-known/openid-configuration", self._discover)
        router.add("GET", LOGIN, "/common/discovery/instance", self._instances)
        router.add("POST", LOGIN, "/*/oauth2/v2.0/token", self._give)

    def expire(self) -> None:
        """Let all tokens be expired that were given."""
        self.given = {token: (audience, 0.0) for token, (audience, _) in self.given.items()}

    def give(self, audience: str) -> str:
        """Give a token as to a job on a cluster, which asks for none."""
        token = _token(audience, self.lifetime)
        self.given[token] = audience, time.time() + self.lifetime
        return token

    def check(self, request: Request, *audiences: str) -> None:
        """Refuse a request whose token isn't one for an audience.

        Raises:
            Refused: As Azure Resource Manager does.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.given:
            raise Refused(
                401, "AuthenticationFailed", "The 'Authorization' header is missing or unknown."
            )
        audience, until = self.given[token]
        if until <= time.time():
            raise Refused(401, "ExpiredAuthenticationToken", "The access token has expired.")
        if audience.rstrip("/") not in audiences:
            raise Refused(
                401, "InvalidAuthenticationTokenAudience", f"The token is for {audience}."
            )

    def _discover(self, _: Request) -> Answer:
        base = f"https://{LOGIN}/{TENANT}"
        return Answer(
            body={
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
            }
        )

    def _instances(self, _: Request) -> Answer:
        base = f"https://{LOGIN}/{TENANT}/v2.0/.well-known/openid-configuration"
        return Answer(body={"tenant_discovery_endpoint": base, "metadata": []})

    def _give(self, request: Request) -> Answer:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if self.refusal:
            return _unauthorized("invalid_client", self.refusal)
        if form.get("client_id") != CLIENT or form.get("client_secret") != self.secret:
            return _unauthorized("invalid_client", "AADSTS7000215: Invalid client secret provided.")
        audience = form["scope"].split(" ")[0].removesuffix("/.default")
        token = self.give(audience)
        return Answer(
            body={"token_type": "Bearer", "expires_in": self.lifetime, "access_token": token}
        )


def _unauthorized(error: str, description: str) -> Answer:
    return Answer(401, {"error": error, "error_description": description})


def _token(audience: str, lifetime: int) -> str:
    """Make a token in the form of Entra's; nobody checks its signature here."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "aud": audience,
        "iss": f"https://sts.windows.net/{TENANT}/",
        "iat": now,
        "nbf": now - 1,
        "exp": now + lifetime,
        "tid": TENANT,
        "oid": PRINCIPAL,
        "idtyp": "app",
        "jti": secrets.token_hex(8),
    }
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    coded = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts
    ]
    return ".".join([*coded, "c2lnbmF0dXJl"])
