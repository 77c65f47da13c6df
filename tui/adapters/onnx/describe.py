"""The worker's `describe` operation: what can be said of a picture without a captioning model."""

from __future__ import annotations

import io
from collections.abc import Iterator

from tui.adapters.onnx.jobs import Job, JobError
from tui.adapters.onnx.wire import Fields


def describe(job: Job) -> Iterator[Fields]:
    """Look at the picture in `job.data`, JPEG or PNG bytes that intake has made.

    Yields:
        `{"stage": words}` before each slow part, then `{"findings": {…}}` with `colours`,
        `light`, `structure` and `things` as the functions of those names return them.
    """
    yield {"stage": "looking at the picture"}
    from PIL import Image as Pillow

    from tui.adapters.onnx import describe_pixels, describe_things

    try:
        with Pillow.open(io.BytesIO(job.data)) as opened:
            picture = opened.convert("RGB")
    except (OSError, ValueError, Pillow.DecompressionBombError) as error:
        raise JobError("the picture could not be read") from error
    findings: Fields = {
        "colours": describe_pixels.colours(picture),
        "light": describe_pixels.light(picture),
        "structure": describe_pixels.structure(picture),
    }
    yield {"stage": "looking for things it knows"}
    findings["things"] = describe_things.things(picture)
    yield {"findings": findings}
