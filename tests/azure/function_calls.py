"""A program for the function app's own environment: calls its handler as the host does.

`python function_calls.py FOLDER < requests.json` says each answer; the first ones come at a time.
"""

import asyncio
import base64
import json
import sys
from typing import Any

import azure.functions as func

sys.path.insert(0, sys.argv[1])


def request(method: str, path: str, headers: dict[str, str], body: str) -> func.HttpRequest:
    """Return a request as the host's worker makes it."""
    url = f"https://iris.azurewebsites.net{path}"
    route = {"route": path.partition("?")[0].lstrip("/")}
    return func.HttpRequest(
        method, url, headers=headers, route_params=route, body=base64.b64decode(body)
    )


def told(answer: func.HttpResponse) -> dict[str, Any]:
    """Return an answer's parts."""
    body = base64.b64encode(answer.get_body()).decode()
    return {"status": answer.status_code, "headers": dict(answer.headers), "body": body}


async def main() -> dict[str, Any]:
    """Call the handler with each request, the first two at a time."""
    import function_app

    (function,) = function_app.app.get_functions()
    handler = function.get_user_function()
    asked = [request(*each) for each in json.load(sys.stdin)]
    answers = await asyncio.gather(*(handler(each, None) for each in asked[:2]))
    lifespans = sum("_lifespan_main" in repr(task) for task in asyncio.all_tasks())
    answers += [await handler(each, None) for each in asked[2:]]
    # Its end, at which the prediction log writes what still waits.
    await function_app._service.notify_shutdown()  # type: ignore[no-untyped-call]
    (trigger, _) = function.get_dict_repr()["bindings"]
    return {
        "level": trigger["authLevel"].value,
        "route": trigger["route"],
        "lifespans": lifespans,
        "imported": sorted({name.partition(".")[0] for name in sys.modules}),
        "answers": [told(answer) for answer in answers],
    }


if __name__ == "__main__":
    said = json.dumps(asyncio.run(main()))
    sys.stdout.write(f"\n{said}\n")  # behind the prediction log
