"""Load a decoder in the fastest layout that is known to give the same tokens."""

from __future__ import annotations

import json
import logging
import platform
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tui import paths
from tui.adapters.onnx import hoist, sessions
from tui.adapters.onnx.decoders import (
    Array,
    Decoder,
    HoistedDecoder,
    Model,
    WholeDecoder,
    has_cross_cache,
)
from tui.adapters.onnx.hoist import Kind
from tui.adapters.onnx.jobs import JobError, Stop
from tui.adapters.onnx.protobuf import MalformedError
from tui.domain.errors import StorageError

KINDS = tuple(Kind)
CHECKED_STEPS = 2
SLOWER = 3.0
"""Times as slow as the decoder on disk is too slow: some processors lack what makes it fast."""
SPARE_SECONDS = 0.05
"""A step that is slower by less is never too slow: other programs disturb the measure."""
TOLERANCE = 0.05
"""Largest difference of two logits, as a part of the largest logit.

Both round what they multiply, each in its way, and random weights spread what that changes most:
they differ by 0.03 there, as either does from what is not rounded by 0.02.
"""
_ODD = (MalformedError, JobError, OSError, LookupError, ValueError, MemoryError, RecursionError)
"""What a file that is put together oddly, or too large to be held twice, comes to when cut."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Files:
    """Where the parts lie, as the app found them."""

    folder: Path
    encoder: str
    decoder: str
    decoder_with_past: str = ""
    """Empty when the decoder is merged."""
    checks: Path | None = None
    """File that remembers which layouts passed the self-check; None to check every time."""
    plain: bool = False
    """Run the decoder as it lies on disk; for comparing."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """A decoder in two parts, and the name under which its check is remembered."""

    decoder: HoistedDecoder
    key: str


class CheckedDecoder:
    """A decoder that was rebuilt is trusted only once it gave what the one on disk gives."""

    def __init__(self, files: Files) -> None:
        """Load the decoder.

        Raises:
            JobError: onnxruntime refuses a file.
        """
        self._files = files
        self._verdicts = _verdicts(files.checks)
        self._kinds = [] if files.plain else list(KINDS)
        """Ways to rebuild it that are yet to be tried, the fastest first."""
        self._kind = ""
        self._unchecked = ""
        """Key of a decoder that is yet to be checked; else empty."""
        self._decoder: Decoder = self._next()

    @property
    def kind(self) -> str:
        """How the decoder runs: a `hoist.Kind`, or "whole"."""
        return self._kind

    def proven(self, hidden: Array, start: int, stop: Stop) -> Decoder:
        """Return the decoder to use, comparing it with the whole one first where that is due.

        Args:
            hidden: The encoder's output for the first picture.
            start: The start token.
            stop: Ends the comparison.
        """
        while self._unchecked:
            whole = _whole(self._files)
            good = _as_good(self._decoder, whole, hidden, start, stop)
            if not good:
                _log.warning("the decoder is worse when %s", self._kind)
            self._verdicts[self._unchecked] = good
            _remember(self._files.checks, self._verdicts)
            self._unchecked = ""
            if not good:
                self._decoder = self._next()
        return self._decoder

    def _next(self) -> Decoder:
        """Load the decoder in the next way that is not known to be bad."""
        while self._kinds:
            kind = self._kinds.pop(0)
            cut = _cut(self._files, kind)
            if cut is not None and self._verdicts.get(cut.key, True):
                self._kind = kind
                self._unchecked = "" if cut.key in self._verdicts else cut.key
                return cut.decoder
        self._kind = "whole"
        return _whole(self._files)


def _cut(files: Files, kind: Kind) -> _Cut | None:
    """Return the decoder in two parts, of one kind, or None where that cannot be."""
    path = files.folder / (files.decoder_with_past or files.decoder)
    try:
        parts = hoist.split(path)
        if parts is None:
            return None
        picture = sessions.open_bytes(parts.picture, parts.folder, path.name)
        elements = {
            output.name: sessions.ELEMENTS[output.type][0] for output in picture.get_outputs()
        }
        made = parts.step(elements, kind)
        if made is None:
            return None
        step = sessions.open_bytes(made.model, parts.folder, path.name, made.arrays)
    except _ODD as error:
        _log.debug("the decoder is used as it is: %s", error)
        return None
    token = Model(step, parts.outputs)
    if has_cross_cache(token):
        return None
    return _Cut(HoistedDecoder(Model(picture), token), f"{parts.fingerprint} {kind} {_judge()}")


def _judge() -> str:
    """Return what a verdict depends on besides the decoder."""
    import onnxruntime as ort

    return f"{platform.machine()} {ort.__version__} {TOLERANCE}"


def _whole(files: Files) -> WholeDecoder:
    first = Model(sessions.open_file(files.folder / files.decoder))
    if not files.decoder_with_past:
        return WholeDecoder(first, first)
    return WholeDecoder(first, Model(sessions.open_file(files.folder / files.decoder_with_past)))


def _as_good(one: Decoder, two: Decoder, hidden: Array, start: int, stop: Stop) -> bool:
    """Whether `one` agrees with `two` on the first tokens of a picture, and is no slower."""
    try:
        one.begin(hidden, stop)
        two.begin(hidden, stop)
        ids = np.array([[start]], np.int64)
        seconds: list[tuple[float, float]] = []
        for _ in range(CHECKED_STEPS):
            began = time.perf_counter()
            ours = one.step(ids)
            between = time.perf_counter()
            theirs = two.step(ids)
            seconds.append((between - began, time.perf_counter() - between))
            limit = TOLERANCE * max(float(np.abs(theirs).max()), 1e-3)
            if ours.shape != theirs.shape or not float(np.abs(ours - theirs).max()) <= limit:
                return False
            ids = theirs.argmax(axis=-1).reshape(1, 1).astype(np.int64)
    except (JobError, RuntimeError, ValueError) as error:
        _log.debug("the comparison failed: %s", error)
        return False
    mine, its = (min(times) for times in zip(*seconds, strict=True))
    return bool(mine < SLOWER * its + SPARE_SECONDS)


def _verdicts(file: Path | None) -> dict[str, bool]:
    if file is None:
        return {}
    try:
        found = json.loads(file.read_bytes()[:100_000])
    except (OSError, ValueError, RecursionError):
        return {}
    kept = found if isinstance(found, dict) else {}
    return {str(key): value for key, value in kept.items() if isinstance(value, bool)}


def _remember(file: Path | None, verdicts: dict[str, bool]) -> None:
    """Keep the verdicts; a cache that cannot be written only costs time."""
    if file is None:
        return
    kept = dict(list(verdicts.items())[-200:])
    with suppress(OSError, StorageError):
        paths.folder(file.parent)
        new = file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(kept), encoding="utf-8")
        new.replace(file)
