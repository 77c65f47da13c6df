"""Open onnxruntime sessions the way that is fast for one caption at a time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui.adapters.onnx.jobs import JobError

ELEMENTS = {
    "tensor(float)": (1, "float32"),
    "tensor(uint8)": (2, "uint8"),
    "tensor(int8)": (3, "int8"),
    "tensor(int32)": (6, "int32"),
    "tensor(int64)": (7, "int64"),
    "tensor(bool)": (9, "bool"),
    "tensor(float16)": (10, "float16"),
    "tensor(double)": (11, "float64"),
}
"""ORT's word for a type -> ONNX number and numpy name."""

SPIN = 10
"""Microseconds for which a thread waits for its next part before it sleeps.

A step in blocks takes 6 % less than without, and 16 % more while another program keeps one of two
processors busy. With 150 it is hardly quicker at rest, and takes half as long again beside another.
"""
FOLD = True
"""Whether dequantized weights are folded at load; switched off only to measure what it brings."""
_QUANTIZED = ("_quantized.onnx", "_int8.onnx", "_uint8.onnx")


def threads() -> int:
    """Return how many threads one model run uses.

    Where there are more than two cores, one stays free for the app; on fewer the worker's low
    priority does that.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cores = cores or 1
    return cores if cores <= 2 else min(4, cores - 1)


def options(file: str) -> Any:
    """Return session options for a model from the file of this name.

    Threads that wait for the next operation by spinning steal the processor from the app, but one
    that sleeps wakes late; so they spin for a moment only.
    Constant folding skips dequantized weights unless quantization nodes are switched off, and then
    unpacks the output layer at every token.
    """
    import onnxruntime as ort

    chosen = ort.SessionOptions()
    chosen.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    chosen.intra_op_num_threads = threads()
    chosen.inter_op_num_threads = 1
    chosen.log_severity_level = 4
    chosen.add_session_config_entry("session.intra_op.allow_spinning", "1")
    chosen.add_session_config_entry("session.intra_op.spin_duration_us", str(SPIN))
    chosen.add_session_config_entry("session.inter_op.allow_spinning", "0")
    if FOLD and file.endswith(_QUANTIZED):
        chosen.add_session_config_entry("session.disable_quant_qdq", "1")
    return chosen


def open_file(path: Path) -> Any:
    """Load a model as it lies on disk.

    Raises:
        JobError: onnxruntime refuses the file.
    """
    return _session(str(path), options(path.name), path.name)


def open_bytes(
    model: bytes, folder: Path, file: str, arrays: Mapping[str, Any] | None = None
) -> Any:
    """Load a model from memory.

    Args:
        model: The bytes of an ONNX file.
        folder: Where its weights lie.
        file: The name of the file they lie in, which says how they are packed.
        arrays: Weights that lie in memory, by name.

    Raises:
        JobError: onnxruntime refuses it.
    """
    chosen = options(file)
    chosen.add_session_config_entry(
        "session.model_external_initializers_file_folder_path", str(folder)
    )
    if arrays:
        import onnxruntime as ort

        values = [ort.OrtValue.ortvalue_from_numpy(array) for array in arrays.values()]
        chosen.add_external_initializers(list(arrays), values)
    return _session(model, chosen, file)


def _session(model: str | bytes, chosen: Any, name: str) -> Any:
    import onnxruntime as ort

    try:
        return ort.InferenceSession(model, chosen, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has no base class of its own for these
        raise JobError(
            f"onnxruntime refuses {name}",
            hint="The file may be damaged: delete it and download the model again",
        ) from error


def inputs(session: Any) -> dict[str, Any]:
    """Return the session's inputs by name."""
    return {argument.name: argument for argument in session.get_inputs()}
