"""Choose tokens: greedily, or by beam search as transformers does it, token for token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tui.adapters.onnx.decoders import Array, Decoder
from tui.adapters.onnx.generation import GenerationSettings
from tui.adapters.onnx.jobs import Stop

NEVER = -1e9
"""Score of what must not be chosen but must still be a number to compare."""

Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What is known after one more token."""

    ids: Ids
    """The caption so far from the start token on; provisional while beams compete."""
    length: int
    last: bool
    finished: bool = False
    """Whether it ends with an end token rather than at the longest length; of the last step."""


def search(
    decoder: Decoder, hidden: Array, settings: GenerationSettings, stop: Stop
) -> Iterator[Step]:
    """Generate a caption and yield after every token.

    Args:
        decoder: Any layout.
        hidden: The encoder's output for one picture: 1, positions, width.
        settings: Of the model.
        stop: Raises `Stopped` out of here.
    """
    decoder.begin(np.repeat(hidden, settings.beams, axis=0), stop)
    if settings.beams == 1:
        return _greedy(decoder, settings)
    return _Beams(decoder, settings).run()


def _greedy(decoder: Decoder, settings: GenerationSettings) -> Iterator[Step]:
    ids: Ids = (settings.start,)
    finished = False
    while not finished and len(ids) < settings.max_length:
        logits = decoder.step(np.array([ids[-1:]], np.int64))
        best = int(np.argmax(adjusted(logits, [ids], settings)[0]))
        ids = (*ids, best)
        finished = best in settings.eos
        yield Step(ids, len(ids), finished or len(ids) >= settings.max_length, finished)


@dataclass(frozen=True, slots=True)
class _Beam:
    ids: Ids
    score: float
    finished: bool = False


class _Beams:
    """Beam search over one picture.

    Of all continuations the best are looked at; those that end a caption compete for the finished
    places, the others go on. Early stopping and length penalty mean what they mean in
    transformers, down to which comparisons are made with which length.
    """

    def __init__(self, decoder: Decoder, settings: GenerationSettings) -> None:
        self._decoder, self._settings = decoder, settings
        start = (settings.start,)
        self._running = [_Beam(start, NEVER if row else 0.0) for row in range(settings.beams)]
        self._done = [_Beam(start, NEVER) for _ in range(settings.beams)]
        self._hopeful = True
        """Whether a running beam could still beat a finished one."""

    def run(self) -> Iterator[Step]:
        """Yield after every token; the last step holds the winner."""
        length, going = 1, self._settings.max_length > 1
        while going:
            last_tokens = np.array([beam.ids[-1:] for beam in self._running], np.int64)
            rows, candidates = self._candidates(self._decoder.step(last_tokens), length)
            self._finish(candidates, length)
            going = self._go_on(rows, candidates, length)
            length += 1
            if going:
                yield Step(self._running[0].ids, length, last=False)
        best = self._done[0].ids
        yield Step(best, len(best), last=True, finished=best[-1] in self._settings.eos)

    def _candidates(self, logits: Array, length: int) -> tuple[list[int], list[_Beam]]:
        """Return the best continuations, best first, and the beam each comes from."""
        settings = self._settings
        scores = adjusted(log_softmax(logits), [beam.ids for beam in self._running], settings)
        scores = scores + np.array([[beam.score] for beam in self._running], np.float32)
        keep = max(2, 1 + len(settings.eos)) * settings.beams
        size, flat = scores.shape[1], scores.ravel()
        best = np.argpartition(-flat, min(keep, flat.size) - 1)[:keep]
        best = best[np.argsort(-flat[best], kind="stable")]
        rows = [int(index) // size for index in best]
        found: list[_Beam] = []
        for row, index in zip(rows, best, strict=True):
            token = int(index) % size
            ends = token in settings.eos or length + 1 >= settings.max_length
            found.append(_Beam((*self._running[row].ids, token), float(flat[index]), ends))
        return rows, found

    def _finish(self, candidates: list[_Beam], length: int) -> None:
        """Let the captions that just ended compete for the finished places."""
        settings = self._settings
        full = settings.early_stopping is True and all(beam.finished for beam in self._done)
        closed = NEVER * (full + (not self._hopeful))
        merged = list(self._done)
        for place, beam in enumerate(candidates):
            counts = beam.finished and place < settings.beams
            score = beam.score / length**settings.length_penalty + closed + NEVER * (not counts)
            merged.append(_Beam(beam.ids, score, counts))
        merged.sort(key=lambda beam: -beam.score)
        self._done = merged[: settings.beams]

    def _go_on(self, rows: list[int], candidates: list[_Beam], length: int) -> bool:
        """Choose the beams that go on; False when none needs to."""
        settings = self._settings
        scores = [beam.score + NEVER * beam.finished for beam in candidates]
        order = sorted(range(len(scores)), key=lambda place: -scores[place])[: settings.beams]
        self._running = [_Beam(candidates[place].ids, scores[place]) for place in order]
        if settings.early_stopping == "never" and settings.length_penalty > 0:
            length = settings.max_length - 1
        hope = self._running[0].score / length**settings.length_penalty
        worst = min(beam.score for beam in self._done)
        self._hopeful &= any(hope > (worst if beam.finished else NEVER) for beam in self._done)
        full = settings.early_stopping is True and all(beam.finished for beam in self._done)
        going = self._hopeful and not full and not all(beam.finished for beam in candidates)
        if going:
            self._decoder.reorder([rows[place] for place in order])
        return going


def log_softmax(logits: Array) -> Array:
    """Return log probabilities over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    total: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return total


def adjusted(scores: Array, sequences: list[Ids], settings: GenerationSettings) -> Array:
    """Return scores with what the settings forbid or discourage marked down."""
    length = len(sequences[0])
    scores = scores.copy()
    for row, ids in zip(scores, sequences, strict=True):
        if settings.repetition_penalty != 1.0:
            seen = list(set(ids))
            old = row[seen]
            penalty = settings.repetition_penalty
            row[seen] = np.where(old < 0, old * penalty, old / penalty)
        banned = _repeated(ids, settings.no_repeat_ngram)
        if length < settings.min_length:
            banned |= settings.eos
        banned |= set(settings.suppressed)
        if length == (2 if settings.forced_bos is not None else 1):
            banned |= set(settings.suppressed_at_begin)
        row[[token for token in banned if token < row.size]] = -np.inf
    if length == 1 and settings.forced_bos is not None:
        return _only(scores, (settings.forced_bos,))
    if length == settings.max_length - 1 and settings.forced_eos:
        return _only(scores, settings.forced_eos)
    return scores


def _repeated(ids: Ids, size: int) -> set[int]:
    """Return the tokens that would complete a run of `size` tokens that is already there."""
    if size < 1 or len(ids) + 1 < size:
        return set()
    tail = ids[len(ids) - size + 1 :]
    starts = range(len(ids) - size + 1)
    return {ids[at + size - 1] for at in starts if ids[at : at + size - 1] == tail}


def _only(scores: Array, tokens: Ids) -> Array:
    forced = np.full_like(scores, -np.inf)
    forced[:, [token for token in tokens if token < scores.shape[1]]] = 0.0
    return forced
