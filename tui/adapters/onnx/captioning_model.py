"""A whole captioning model in memory: preprocessor, encoder, decoder and vocabulary."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tui.adapters.onnx import preprocess, sessions, signed, vocabulary
from tui.adapters.onnx.decoders import Array, Model
from tui.adapters.onnx.generation import GenerationSettings, settings
from tui.adapters.onnx.jobs import JobError, Stop
from tui.adapters.onnx.loading import CheckedDecoder, Files
from tui.adapters.onnx.search import Step, search

MAX_JSON = 32 * 1024 * 1024


class CaptioningModel:
    """Loaded; captions one picture after another."""

    def __init__(self, files: Files, wishes: dict[str, Any]) -> None:
        """Load everything.

        Args:
            files: Of the model.
            wishes: Values over those of generation_config.json, by the same names.

        Raises:
            JobError: Something is missing, broken or not supported.
        """
        config = read_json(files.folder / "config.json")
        generation = read_json(files.folder / "generation_config.json", missing={})
        looks = read_json(files.folder / "preprocessor_config.json")
        self.settings: GenerationSettings = settings(config, generation, wishes)
        self._process = preprocess.preprocessor(looks, config)
        opened = sessions.open_file if files.plain else signed.open_encoder
        with ThreadPoolExecutor(1) as beside:
            encoder = beside.submit(opened, files.folder / files.encoder)
            self.decode = vocabulary.load(files.folder)
            self._decoder = CheckedDecoder(files)
            self._encoder = Model(encoder.result())

    @property
    def decoder_kind(self) -> str:
        """How the decoder runs: a `hoist.Kind`, or "whole"."""
        return self._decoder.kind

    def caption(self, data: bytes, stop: Stop) -> Iterator[Step]:
        """Caption a JPEG or PNG, yielding after every token.

        Raises:
            JobError: The picture cannot be opened.
            Stopped: `stop` was asked for.
        """
        hidden = self.encode(self._process(preprocess.open_picture(data)), stop)
        decoder = self._decoder.proven(hidden, self.settings.start, stop)
        return search(decoder, hidden, self.settings, stop)

    def encode(self, pixels: Array, stop: Stop) -> Array:
        """Return the encoder's output: 1, positions, width."""
        value = self._encoder.value("pixel_values", pixels)
        outputs = self._encoder.run({"pixel_values": value}, stop)
        name = "last_hidden_state" if "last_hidden_state" in outputs else self._encoder.outputs[0]
        hidden: Array = outputs[name].numpy()
        return hidden


def read_json(path: Path, missing: dict[str, Any] | None = None) -> dict[str, Any]:
    """Read one of the model's settings files.

    Args:
        path: The file.
        missing: What to return when it is not there; None to fail.

    Raises:
        JobError: It is missing, too large or no JSON object.
    """
    try:
        if missing is not None and not path.exists():
            return missing
        if path.stat().st_size > MAX_JSON:
            raise JobError(f"the model's {path.name} is larger than 32 MB")
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise JobError(f"the model's {path.name} cannot be read") from error
    if not isinstance(found, dict):
        raise JobError(f"the model's {path.name} holds no settings")
    return found
