"""The admin route, for the service's operators."""

import hmac

from fastapi import FastAPI
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from ..contract.problems import Refusal
from ..errors import ProjectError
from .reload import Reloader


def add(app: FastAPI, reloader: Reloader, token: SecretStr) -> None:
    """Add POST /admin/reload, for requests that bear the token.

    The API's description leaves it out: that is for clients that predict.
    """

    async def reload(request: Request) -> Response:
        if not _bears(request, token):
            detail = "Send the service's admin token as 'Authorization: Bearer …'."
            raise Refusal(401, "Unauthorized", detail, headers={"www-authenticate": "Bearer"})
        try:
            done = await reloader.reload()
        except ProjectError as error:
            raise Refusal(409, "Bundle refused", str(error)) from error
        return Response(done.model_dump_json(), media_type="application/json")

    app.add_api_route("/admin/reload", reload, methods=["POST"], include_in_schema=False)


def _bears(request: Request, token: SecretStr) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    expected = token.get_secret_value().encode()
    # In constant time: how long a comparison takes would tell how much of a guess is right.
    return hmac.compare_digest(given.strip().encode(), expected) and scheme.lower() == "bearer"
