"""Two other ways to answer over HTTP, to hold the service against: `make bench`."""

from typing import Any

import pandas as pd
from fastapi import FastAPI
from model_runtime.bundle.read import read_bundle
from model_runtime.contract.row import request_model
from model_runtime.preprocessing import feature_frame
from model_runtime.settings import read_settings
from starlette.types import Receive, Scope, Send

from .reference import pipeline


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer each request with its own body: what HTTP alone costs on this server."""
    if scope["type"] != "http":
        return
    body = (await receive())["body"]
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def plain() -> FastAPI:
    """Return what one writes first: a FastAPI route that calls scikit-learn."""
    app = FastAPI()
    schema = read_bundle(read_settings().paths.bundle).schema
    model, _ = pipeline()
    ask = model.predict_proba if hasattr(model, "predict_proba") else model.predict

    def predict(row: Any) -> Any:
        frame = pd.DataFrame([row.model_dump(by_alias=True)])
        return ask(feature_frame(frame, schema.features))[0].tolist()

    predict.__annotations__ = {"row": request_model(schema)}
    app.post("/api/predict")(predict)
    return app
