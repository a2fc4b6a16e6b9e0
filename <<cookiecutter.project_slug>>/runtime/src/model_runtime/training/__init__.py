"""Training: load, validate, split, fit, evaluate, compile, prove, write the bundle."""
