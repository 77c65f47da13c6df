"""Load a decoder in the fastest layout that is known to give the same tokens."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tui.adapters.onnx import hoist, sessions
from tui.adapters.onnx.decoders import (
    Array,
    Decoder,
    HoistedDecoder,
    Model,
    WholeDecoder,
    has_cross_cache,
)
from tui.adapters.onnx.jobs import JobError, Stop
from tui.adapters.onnx.protobuf import MalformedError

CHECKED_STEPS = 2
TOLERANCE = 0.02
"""Largest difference of two logits, as a part of the largest logit."""
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


class CheckedDecoder:
    """A decoder that was cut in two is trusted only once it gave what the whole one gives."""

    def __init__(self, files: Files) -> None:
        """Load the decoder.

        Raises:
            JobError: onnxruntime refuses a file.
        """
        self._files = files
        self._fingerprint = ""
        """Of a layout that is yet to be checked; else empty."""
        cut = None if files.plain else _cut(files)
        if cut is None:
            self._decoder: Decoder = _whole(files)
            return
        self._decoder, fingerprint = cut
        verdict = _verdicts(files.checks).get(fingerprint)
        if verdict is None:
            self._fingerprint = fingerprint
        elif not verdict:
            self._decoder = _whole(files)

    @property
    def is_hoisted(self) -> bool:
        """Whether the decoder runs in two parts."""
        return isinstance(self._decoder, HoistedDecoder)

    def proven(self, hidden: Array, start: int, stop: Stop) -> Decoder:
        """Return the decoder to use, comparing it with the whole one first where that is due.

        Args:
            hidden: The encoder's output for the first picture.
            start: The start token.
            stop: Ends the comparison.
        """
        if self._fingerprint:
            whole = _whole(self._files)
            same = _same_logits(self._decoder, whole, hidden, start, stop)
            if not same:
                _log.warning("the decoder gives other tokens in two parts; it is used whole")
                self._decoder = whole
            _remember(self._files.checks, self._fingerprint, same)
            self._fingerprint = ""
        return self._decoder


def _cut(files: Files) -> tuple[Decoder, str] | None:
    """Return the decoder in two parts and its fingerprint, or None where that cannot be."""
    path = files.folder / (files.decoder_with_past or files.decoder)
    try:
        parts = hoist.split(path)
        if parts is None:
            return None
        picture = sessions.open_bytes(parts.picture, parts.folder, path.name)
        elements = {
            output.name: sessions.ELEMENTS[output.type][0] for output in picture.get_outputs()
        }
        step = sessions.open_bytes(parts.step(elements), parts.folder, path.name)
    except (MalformedError, JobError, OSError, KeyError, RecursionError) as error:
        _log.debug("the decoder is used as it is: %s", error)
        return None
    token = Model(step, parts.outputs)
    if has_cross_cache(token):
        return None
    return HoistedDecoder(Model(picture), token), parts.fingerprint


def _whole(files: Files) -> WholeDecoder:
    first = Model(sessions.open_file(files.folder / files.decoder))
    if not files.decoder_with_past:
        return WholeDecoder(first, first)
    return WholeDecoder(first, Model(sessions.open_file(files.folder / files.decoder_with_past)))


def _same_logits(one: Decoder, two: Decoder, hidden: Array, start: int, stop: Stop) -> bool:
    """Whether two decoders agree on the first tokens of a picture."""
    try:
        one.begin(hidden, stop)
        two.begin(hidden, stop)
        ids = np.array([[start]], np.int64)
        for _ in range(CHECKED_STEPS):
            ours, theirs = one.step(ids), two.step(ids)
            limit = TOLERANCE * max(float(np.abs(theirs).max()), 1e-3)
            if ours.shape != theirs.shape or not float(np.abs(ours - theirs).max()) <= limit:
                return False
            ids = theirs.argmax(axis=-1).reshape(1, 1).astype(np.int64)
    except (JobError, RuntimeError, ValueError) as error:
        _log.debug("the comparison failed: %s", error)
        return False
    return True


def _verdicts(file: Path | None) -> dict[str, bool]:
    if file is None:
        return {}
    try:
        found = json.loads(file.read_bytes()[:100_000])
    except (OSError, ValueError, RecursionError):
        return {}
    kept = found if isinstance(found, dict) else {}
    return {str(key): value for key, value in kept.items() if isinstance(value, bool)}


def _remember(file: Path | None, fingerprint: str, same: bool) -> None:
    """Keep the verdict; a cache that cannot be written only costs time."""
    if file is None:
        return
    verdicts = dict(list(_verdicts(file).items())[-200:])
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        new.write_text(json.dumps({**verdicts, fingerprint: same}), encoding="utf-8")
        new.replace(file)
