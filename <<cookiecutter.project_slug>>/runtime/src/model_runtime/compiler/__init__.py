"""The compiler to ONNX, and the proof that a compiled model answers as scikit-learn does."""
