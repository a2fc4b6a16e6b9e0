"""Converters to ONNX for what skl2onnx has none for, or an inexact one."""
