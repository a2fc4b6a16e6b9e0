"""MLServer's own runtime for scikit-learn, told by files: writes them into a folder.

One process (`parallel_workers` 0 infers in the server's own), adaptive batching on.
"""

import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Write settings.json and model-settings.json."""
    folder, port = Path(sys.argv[1]), int(os.environ["PORT"])
    folder.mkdir(parents=True, exist_ok=True)
    server = {
        "host": "127.0.0.1",
        "http_port": port,
        "grpc_port": port + 1,
        "metrics_port": port + 2,
        "parallel_workers": 0,
        "debug": False,
        "_custom_rest_server_settings": {"access_log": False},
    }
    model = {
        "name": "titanic",
        "implementation": "mlserver_sklearn.SKLearnModel",
        "max_batch_size": 64,
        "max_batch_time": 0.005,
        "parameters": {"uri": os.environ["MODEL"], "extra": {"predict_fn": "predict_proba"}},
    }
    (folder / "settings.json").write_text(json.dumps(server))
    (folder / "model-settings.json").write_text(json.dumps(model))


if __name__ == "__main__":
    main()
