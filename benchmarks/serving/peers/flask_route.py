"""Flask behind gunicorn: a route that calls scikit-learn."""

from flask import Flask, Response, jsonify, request

from .pipeline import load, probabilities

app = Flask(__name__)
pipeline = load()


@app.post("/predict")
def predict() -> Response:
    """Return each row's probabilities."""
    return jsonify(probabilities(pipeline, request.get_json()))
