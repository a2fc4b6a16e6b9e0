"""Look after a served model: how good its answers were, and what has drifted since training."""
