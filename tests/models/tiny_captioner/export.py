"""Write a trained captioner in the hub's ONNX layout, and what torch says of held-out scenes.

Needs the environment of train.py plus optimum-onnx 0.1.0 (see README.md).

    python -m tests.models.tiny_captioner.export --model TRAINED --out FOLDER
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.float16 import convert_float_to_float16
from PIL import Image

from tests.models.tiny_captioner.scenes import HELD_OUT, scene

hf: Any = importlib.import_module("transformers")
exporters: Any = importlib.import_module("optimum.exporters.onnx")
optimum: Any = importlib.import_module("optimum.onnx")

PARTS = ("encoder_model", "decoder_model", "decoder_with_past_model", "decoder_model_merged")
WHOLE = ("encoder_model", "decoder_model_merged")
"""Also kept in fp32; the rest only quantized, to keep the fixture small."""
SETTINGS = ("config.json", "generation_config.json", "tokenizer_config.json", "tokenizer.json")
CHECKED = 100
SEARCHES: dict[str, dict[str, Any]] = {
    "greedy": {"num_beams": 1},
    "beam4": {"num_beams": 4},
    "beam3_early": {
        "num_beams": 3,
        "early_stopping": True,
        "length_penalty": 0.6,
        "max_length": 12,
    },
    "beam3_never": {"num_beams": 3, "early_stopping": "never", "length_penalty": 1.7},
    "penalised": {"num_beams": 1, "repetition_penalty": 1.9, "no_repeat_ngram_size": 2},
    "beam_penalised": {
        "num_beams": 2,
        "repetition_penalty": 1.4,
        "no_repeat_ngram_size": 2,
        "min_length": 14,
    },
    "short": {"num_beams": 1, "max_length": 5},
    "short_beam": {"num_beams": 4, "max_new_tokens": 4},
}


def export(model: Path, out: Path) -> None:
    """Write fp32, fp16 and quantized files under `out`/onnx and the settings beside."""
    with tempfile.TemporaryDirectory() as scratch:
        exporters.main_export(
            str(model), scratch, task="image-to-text-with-past", opset=14, do_validation=False
        )
        (out / "onnx").mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            plain = Path(scratch) / f"{part}.onnx"
            if part in WHOLE:
                shutil.copy(plain, out / "onnx")
            quantize(plain, out / "onnx" / f"{part}_quantized.onnx")
        halves = [
            convert_float_to_float16(onnx.load(Path(scratch) / f"{part}.onnx"))
            for part in ("decoder_model", "decoder_with_past_model")
        ]
        merged = out / "onnx" / "decoder_model_merged_fp16.onnx"
        optimum.merge_decoders(*halves, save_path=merged, strict=False)
        for name in SETTINGS:
            shutil.copy(Path(scratch) / name, out)
    shutil.copy(model / "preprocessor_config.json", out)
    tokenizer = json.loads((out / "tokenizer.json").read_text())
    merges = [m if isinstance(m, str) else " ".join(m) for m in tokenizer["model"]["merges"]]
    tokenizer["model"]["merges"] = merges
    (out / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False))
    generation = {"bos_token_id": 0, "decoder_start_token_id": 0, "eos_token_id": 0}
    generation["pad_token_id"] = 0
    (out / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")


def quantize(plain: Path, out: Path) -> None:
    """Quantize as the hub's files were: dynamic, per channel, weights in eight bits."""
    convolutions = any(node.op_type == "Conv" for node in onnx.load(plain).graph.node)
    quantize_dynamic(
        plain,
        out,
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QUInt8 if convolutions else QuantType.QInt8,
        extra_options={"EnableSubgraph": True},
    )


def expect(model: Path, accuracy: Path) -> dict[str, Any]:
    """Return what torch generates for the first held-out scenes, for each way to search."""
    torch.set_num_threads(1)
    network: Any = hf.VisionEncoderDecoderModel.from_pretrained(model).eval()
    tokenizer = hf.PreTrainedTokenizerFast.from_pretrained(model)
    config = json.loads((model / "preprocessor_config.json").read_text())
    processor = hf.ViTImageProcessor.from_dict(config)
    seeds = range(HELD_OUT, HELD_OUT + CHECKED)
    pictures: list[Image.Image] = [scene(seed).draw() for seed in seeds]
    images = [processor(picture, return_tensors="pt").pixel_values for picture in pictures]
    found: dict[str, Any] = {"accuracy": json.loads(accuracy.read_text()), "searches": {}}
    for name, options in SEARCHES.items():
        with torch.no_grad():
            rows = [network.generate(image, **options)[0].tolist() for image in images]
        found["searches"][name] = {"options": options, "tokens": rows}
        if name == "greedy":
            texts = [tokenizer.decode(row, skip_special_tokens=True).strip() for row in rows]
            found["captions"] = texts
    return found


def compact(found: dict[str, Any]) -> str:
    """Return JSON with one row of tokens a line, so that a change can be read."""
    text = json.dumps(found, indent=1)
    return re.sub(r"\[\s+(\d[\d,\s]*?)\s+\]", _on_one_line, text) + "\n"


def _on_one_line(match: re.Match[str]) -> str:
    return f"[{' '.join(match[1].split())}]"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    export(arguments.model, arguments.out)
    expected = expect(arguments.model, arguments.model / "accuracy.json")
    (arguments.out.parent / "expected.json").write_text(compact(expected))
