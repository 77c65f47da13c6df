"""The worker's operation `caption`.

Request: folder, encoder, decoder, decoder_with_past, size (bytes of the weights), checks (file or
""), generation (values over generation_config.json), and the picture as bytes. Replies:

    {"kind": "loading"}                              before a model is loaded
    {"kind": "step", "done": n, "total": most}       after every token
    {"kind": "text", "delta": "…"}                   more of the caption
    {"kind": "finished", "reason": "stop" | "length", "tokens": n, "ids": […]}
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tui.adapters.onnx import limits
from tui.adapters.onnx.captioning_model import CaptioningModel
from tui.adapters.onnx.jobs import Job, JobError
from tui.adapters.onnx.loading import Files
from tui.adapters.onnx.vocabulary import GrowingText
from tui.adapters.onnx.wire import Fields

_loaded: dict[str, CaptioningModel] = {}
"""At most one model, by what it was loaded from."""


def caption(job: Job) -> Iterator[Fields]:
    """Caption the picture that came with the job."""
    key = _key(job.fields)
    if key not in _loaded:
        yield {"kind": "loading"}
        _loaded.clear()
        _loaded[key] = _load(job.fields)
        job.stop.check()
    model = _loaded[key]
    text = GrowingText(model.decode)
    for step in model.caption(job.data, job.stop):
        competing = model.settings.beams > 1 and not step.last
        delta = "" if competing else text.add(step.ids, last=step.last)
        yield {"kind": "step", "done": step.length - 1, "total": model.settings.max_length - 1}
        if delta:
            yield {"kind": "text", "delta": delta}
        if step.last:
            reason = "stop" if step.finished else "length"
            tokens = len(step.ids) - 1
            yield {"kind": "finished", "reason": reason, "tokens": tokens, "ids": list(step.ids)}


def _load(fields: Fields) -> CaptioningModel:
    limits.allow_model("caption", int(fields["size"]))
    files = Files(
        folder=Path(fields["folder"]),
        encoder=str(fields["encoder"]),
        decoder=str(fields["decoder"]),
        decoder_with_past=str(fields["decoder_with_past"]),
        checks=Path(fields["checks"]) if fields.get("checks") else None,
        plain=bool(fields.get("plain")),
    )
    try:
        return CaptioningModel(files, fields.get("generation") or {})
    except MemoryError as error:
        raise JobError("the model needs more memory than it is allowed") from error


def _key(fields: Fields) -> str:
    """Name what is loaded; a file that was replaced is another model."""
    folder = Path(fields["folder"])
    names = [str(fields[part]) for part in ("encoder", "decoder", "decoder_with_past")]
    stamps = [(folder / name).stat().st_mtime_ns if name else 0 for name in names]
    return repr((str(folder), names, stamps, fields.get("generation"), fields.get("plain")))
