"""A text decoder that takes one token after another, however its files are laid out.

All three keep the keys and values of earlier tokens (and, where the model caches them, those of
the picture) between steps, as onnxruntime's own values, so that nothing is copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import onnxruntime as ort

from tui.adapters.onnx import sessions
from tui.adapters.onnx.hoist import PICTURE, SWITCH
from tui.adapters.onnx.jobs import JobError, Stop

PAST, PRESENT = "past_key_values.", "present."
CROSS = ".encoder."
"""In the name of a cached value that belongs to the picture and never changes."""

Array = np.ndarray[Any, np.dtype[Any]]


class Decoder(Protocol):
    """One caption at a time; `begin` forgets the one before."""

    def begin(self, hidden: Array, stop: Stop) -> None:
        """Take the encoder's output, one row per beam."""
        ...

    def step(self, ids: Array) -> Array:
        """Take the last token of each beam, return the logits of the next as float32."""
        ...

    def reorder(self, rows: Sequence[int]) -> None:
        """Let beam i go on from what was beam rows[i]."""
        ...


class Model:
    """A session with what every run of it needs."""

    def __init__(self, session: Any, names: Mapping[str, str] | None = None) -> None:
        """Take a session.

        Args:
            session: Of onnxruntime.
            names: What an output is to be called -> what the session calls it; None for the same.
        """
        own = {output.name: output.name for output in session.get_outputs()}
        self.inputs = sessions.inputs(session)
        self._outputs = dict(names or own)
        self._session = session

    @property
    def outputs(self) -> list[str]:
        """Names of the outputs, in order."""
        return list(self._outputs)

    def element(self, name: str) -> str:
        """Return the numpy name of an input's element type."""
        kind = self.inputs[name].type
        if kind not in sessions.ELEMENTS:
            raise JobError(f"the model wants {kind[:40]}, which is not supported")
        return sessions.ELEMENTS[kind][1]

    def value(self, name: str, array: Array) -> Any:
        """Return an array as the value of an input, in the type it declares."""
        wanted = np.ascontiguousarray(array, dtype=self.element(name))
        return ort.OrtValue.ortvalue_from_numpy(wanted)

    def run(self, values: dict[str, Any], stop: Stop) -> dict[str, Any]:
        """Run with the values among `values` that it takes; `stop` ends it.

        Raises:
            JobError: It needs something that is not there.
        """
        missing = [name for name in self.inputs if name not in values]
        if missing:
            raise JobError(f"the model wants an input {missing[0][:40]!r}, which is not supported")
        options = ort.RunOptions()
        options.log_severity_level = 4
        with stop.running(options):
            found = self._session.run_with_ort_values(
                list(self._outputs.values()), {name: values[name] for name in self.inputs}, options
            )
        return dict(zip(self._outputs, found, strict=True))


class _Cached:
    """What the layouts have in common: values that live from step to step."""

    def __init__(self) -> None:
        self._stop = Stop()
        self._values: dict[str, Any] = {}

    def _set_picture(self, model: Model, hidden: Array) -> None:
        for name, array in zip(PICTURE, (hidden, np.ones(hidden.shape[:2])), strict=True):
            if name in model.inputs:
                self._values[name] = model.value(name, array)

    def _set_empty_past(self, model: Model, rows: int) -> None:
        for name, argument in model.inputs.items():
            if name.startswith(PAST):
                rest = (size if isinstance(size, int) else 0 for size in argument.shape[1:])
                self._values[name] = model.value(name, np.zeros((rows, *rest)))

    def _take(self, model: Model, ids: Array) -> Array:
        """Run a step, keep what it wants to see again, return the logits."""
        self._values["input_ids"] = model.value("input_ids", ids)
        outputs = model.run(self._values, self._stop)
        for name, value in outputs.items():
            kept = name.replace(PRESENT, PAST, 1)
            if name.startswith(PRESENT) and (CROSS not in name or not self._is_later()):
                self._values[kept] = value
        logits: Array = outputs["logits"].numpy()
        return logits[:, -1].astype(np.float32)

    def _is_later(self) -> bool:
        """Whether a step of this caption has been taken."""
        return False

    def reorder(self, rows: Sequence[int]) -> None:
        """Let beam i go on from what was beam rows[i]."""
        if list(rows) == list(range(len(rows))):
            return
        for name, value in self._values.items():
            if name.startswith(PAST) and CROSS not in name:
                moved = np.ascontiguousarray(value.numpy()[list(rows)])
                self._values[name] = ort.OrtValue.ortvalue_from_numpy(moved)


class WholeDecoder(_Cached):
    """A merged decoder, or one for the first token and one for the others, as they lie on disk."""

    def __init__(self, first: Model, later: Model) -> None:
        """Take the sessions; of a merged decoder, the same twice."""
        super().__init__()
        self._first, self._later = first, later
        self._steps = 0

    def begin(self, hidden: Array, stop: Stop) -> None:
        """Take the encoder's output, one row per beam."""
        self._stop, self._values, self._steps = stop, {}, 0
        self._set_picture(self._first, hidden)
        self._set_picture(self._later, hidden)
        if self._first is self._later:
            self._set_empty_past(self._first, len(hidden))

    def step(self, ids: Array) -> Array:
        """Take the last token of each beam, return the logits of the next as float32."""
        model = self._later if self._steps else self._first
        if SWITCH in model.inputs:
            self._values[SWITCH] = model.value(SWITCH, np.array([self._steps > 0]))
        logits = self._take(model, ids)
        self._steps += 1
        return logits

    def _is_later(self) -> bool:
        return self._steps > 0


class HoistedDecoder(_Cached):
    """A decoder cut in two by `hoist`: one part runs once per picture, one for every token."""

    def __init__(self, picture: Model, token: Model) -> None:
        super().__init__()
        self._picture, self._token = picture, token

    def begin(self, hidden: Array, stop: Stop) -> None:
        """Take the encoder's output, one row per beam."""
        self._stop, self._values = stop, {}
        self._set_picture(self._picture, hidden)
        frontier = self._picture.run(self._values, stop)
        self._values = dict(frontier)
        self._set_empty_past(self._token, len(hidden))

    def step(self, ids: Array) -> Array:
        """Take the last token of each beam, return the logits of the next as float32."""
        return self._take(self._token, ids)


def has_cross_cache(model: Model) -> bool:
    """Whether the decoder caches the picture's keys and values itself."""
    return any(name.startswith(PAST) and CROSS in name for name in model.inputs)
