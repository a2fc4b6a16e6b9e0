"""The person or pipeline that is signed in, as Azure knows them."""

import base64
import json
from typing import Any

from .cloud import MANAGEMENT, credential


def signed_in() -> tuple[str, str]:
    """Return the object ID of who is signed in, and its type; empty where the token doesn't say.

    Azure's own roles are given to object IDs; nothing else of the token is looked at.
    """
    token = credential().get_token(f"{MANAGEMENT}/.default").token
    claims = _claims(token)
    is_user = claims.get("idtyp", "user") == "user"
    return str(claims.get("oid", "")), "User" if is_user else "ServicePrincipal"


def _claims(token: str) -> dict[str, Any]:
    """Read the middle of a JSON Web Token; Azure has checked it, and will again."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    return found if isinstance(found, dict) else {}
