"""Triton with dynamic batching, its model a Python function (NVIDIA's PyTriton)."""

import os
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

from .pipeline import load

NUMBERS = ("Pclass", "Age", "SibSp", "Parch", "Fare")
LABELS = ("Gender", "Port")
pipeline = load()


@batch  # type: ignore[untyped-decorator]
def predict(**columns: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Return the probabilities of n rows, given columns of the shape (n, 1)."""
    frame = pd.DataFrame({name: columns[name][:, 0] for name in NUMBERS})
    for name in LABELS:
        frame[name] = np.char.decode(columns[name][:, 0].astype(bytes), "utf-8").astype(object)
    return [pipeline.predict_proba(frame)]


if __name__ == "__main__":
    port = int(os.environ["PORT"])
    ports = {"http_port": port, "grpc_port": port + 1, "metrics_port": port + 2}
    addresses = dict.fromkeys(("http_address", "grpc_address", "metrics_address"), "127.0.0.1")
    with Triton(config=TritonConfig(**addresses, **ports)) as triton:
        triton.bind(
            model_name="titanic",
            infer_func=predict,
            inputs=[
                *(Tensor(name=name, dtype=np.float64, shape=(1,)) for name in NUMBERS),
                *(Tensor(name=name, dtype=bytes, shape=(1,)) for name in LABELS),
            ],
            outputs=[Tensor(name="probabilities", dtype=np.float64, shape=(2,))],
            config=ModelConfig(
                max_batch_size=1_000, batcher=DynamicBatcher(max_queue_delay_microseconds=1_000)
            ),
        )
        triton.serve()
