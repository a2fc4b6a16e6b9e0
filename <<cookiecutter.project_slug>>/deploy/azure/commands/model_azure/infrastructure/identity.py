"""The person or pipeline that is signed in, as Azure knows them."""

import base64
import json
from typing import Any

from ..cloud import MANAGEMENT, credential


def signed_in() -> tuple[str, str]:
    """Return the object ID of who is signed in, and its type; empty where the token doesn't say.

    Azure's own roles are given to object IDs; nothing else of the token is looked at.
    """
    token = credential().get_token(f"{MANAGEMENT}/.default").token
    found = claims(token)
    is_user = found.get("idtyp", "user") == "user"
    return str(found.get("oid", "")), "User" if is_user else "ServicePrincipal"


def claims(token: str) -> dict[str, Any]:
    """Read the middle of a JSON Web Token; Azure has checked it, and will again."""
    middle = token.partition(".")[2].partition(".")[0]
    try:
        found = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except ValueError:  # another form of token, which is Azure's alone to read
        return {}
    return found if isinstance(found, dict) else {}
