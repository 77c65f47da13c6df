"""Build a captioner of the default model's size and layout with random weights, to time it.

Same environment as tiny_captioner/export.py; about 2 GB of disk and some minutes.

    python -m tests.models.full_size --out /some/folder
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch

from tests.models.tiny_captioner.export import export
from tests.models.tiny_captioner.train import PREPROCESSOR, hf

END = 50256


def build(out: Path, tiny: Path) -> None:
    """Write the model; the tiny captioner's tokenizer stands in, for the text means nothing."""
    torch.manual_seed(5)
    decoder = hf.GPT2Config(add_cross_attention=True, is_decoder=True)
    config = hf.VisionEncoderDecoderConfig.from_encoder_decoder_configs(hf.ViTConfig(), decoder)
    config.decoder_start_token_id = config.bos_token_id = END
    config.eos_token_id = config.pad_token_id = END
    source = out / "torch"
    source.mkdir(parents=True, exist_ok=True)
    hf.VisionEncoderDecoderModel(config).save_pretrained(source)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny / name, source)
    looks = {**PREPROCESSOR, "size": {"height": 224, "width": 224}}
    (source / "preprocessor_config.json").write_text(json.dumps(looks, indent=2))
    export(source, out)
    generation = {"decoder_start_token_id": END, "eos_token_id": END, "bos_token_id": END}
    (out / "generation_config.json").write_text(json.dumps({**generation, "pad_token_id": END}))
    shutil.rmtree(source)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tiny", type=Path, default=Path(__file__).parent / "tiny_captioner/model")
    arguments = parser.parse_args()
    build(arguments.out, arguments.tiny)
