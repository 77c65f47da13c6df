"""Models in ONNX files, run in a process of their own.

`client` and `resolve` live in the app and import nothing heavy; every other module runs in the
worker (`python -m tui.adapters.onnx.worker`) or the downloader process.
"""
