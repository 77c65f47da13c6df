"""Train the tiny captioner: a ViT encoder and a GPT-2 decoder on drawn scenes, seeded, CPU only.

Needs torch 2.13 and transformers 4.57 in an environment of its own (see README.md). Writes a
folder that `transformers` can load, and the exact-match accuracy on held-out scenes.

    python -m tests.models.tiny_captioner.train --out /some/folder
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from tests.models.tiny_captioner.scenes import HELD_OUT, scene

hf: Any = importlib.import_module("transformers")
"""Of 4.57; the project's own environment has a newer one with other types."""

SIDE = 48
PATCH = 8
WIDTH = 120
END = "<|endoftext|>"
PREPROCESSOR = {
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "feature_extractor_type": "ViTFeatureExtractor",
    "image_mean": [0.5, 0.5, 0.5],
    "image_processor_type": "ViTFeatureExtractor",
    "image_std": [0.5, 0.5, 0.5],
    "resample": 2,
    "rescale_factor": 0.00392156862745098,
    "size": {"height": SIDE, "width": SIDE},
}


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of training on scenes of its own."""

    seeds: range
    steps: int
    rate: float


PHASES = (
    Phase(range(60_000), 4500, 1.5e-3),
    Phase(range(100_000, 280_000), 4500, 1.2e-3),
)


def pixels(seeds: range) -> torch.Tensor:
    """Return the scenes as the preprocessor would hand them over: n, 3, side, side in -1..1."""
    out = np.empty((len(seeds), SIDE, SIDE, 3), np.uint8)
    for row, seed in enumerate(seeds):
        out[row] = np.asarray(
            scene(seed).draw().resize((SIDE, SIDE), resample=Image.Resampling.BILINEAR)
        )
    return torch.from_numpy(out).permute(0, 3, 1, 2).float() / 127.5 - 1.0


def make_tokenizer() -> Any:
    """Train a byte-level BPE on captions; small enough that most words are one token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator((scene(seed).caption for seed in range(20_000)), trainer)
    return hf.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=END, eos_token=END, unk_token=END, model_max_length=64
    )


def make_model(tokenizer: Any) -> Any:
    """Build the untrained model, about one million weights."""
    end = tokenizer.convert_tokens_to_ids(END)
    encoder = hf.ViTConfig(
        hidden_size=WIDTH,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=WIDTH * 4,
        image_size=SIDE,
        patch_size=PATCH,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    decoder = hf.GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=64,
        n_embd=WIDTH,
        n_layer=2,
        n_head=4,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=end,
        eos_token_id=end,
        add_cross_attention=True,
        is_decoder=True,
    )
    config = hf.VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    config.decoder_start_token_id = config.bos_token_id = end
    config.eos_token_id = config.pad_token_id = end
    model = hf.VisionEncoderDecoderModel(config)
    for setting in ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id"):
        setattr(model.generation_config, setting, end)
    return model


def labels_of(tokenizer: Any, seeds: range) -> tuple[torch.Tensor, int]:
    """Return padded target ids (-100 where nothing counts) for the captions of `seeds`."""
    rows = [tokenizer.encode(scene(seed).caption) for seed in seeds]
    end = tokenizer.convert_tokens_to_ids(END)
    length = max(map(len, rows)) + 1
    out = torch.full((len(rows), length), -100)
    for row, ids in zip(out, rows, strict=True):
        row[: len(ids) + 1] = torch.tensor([*ids, end])
    return out, int(end)


def loss_of(model: Any, images: torch.Tensor, labels: torch.Tensor, end: int) -> torch.Tensor:
    """Cross entropy of teacher-forced captions."""
    inputs = torch.cat([torch.full((len(labels), 1), end), labels[:, :-1]], dim=1)
    inputs = inputs.masked_fill(inputs == -100, end)
    logits = model(pixel_values=images, decoder_input_ids=inputs).logits
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())


def accuracy(model: Any, tokenizer: Any, count: int) -> float:
    """Return the share of held-out scenes whose greedy caption is exactly the true one."""
    model.eval()
    right = 0
    for start in range(HELD_OUT, HELD_OUT + count, 100):
        seeds = range(start, start + 100)
        with torch.no_grad():
            ids = model.generate(pixels(seeds), max_length=24, num_beams=1, do_sample=False)
        texts = tokenizer.batch_decode(ids, skip_special_tokens=True)
        right += sum(text == scene(seed).caption for text, seed in zip(texts, seeds, strict=True))
    model.train()
    return right / count


def learn(model: Any, tokenizer: Any, phase: Phase, batch: int) -> None:
    """Run one phase; prints the loss as it goes."""
    began = time.monotonic()
    images, (labels, end) = pixels(phase.seeds), labels_of(tokenizer, phase.seeds)
    optimizer = torch.optim.AdamW(model.parameters(), lr=phase.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=phase.rate, total_steps=phase.steps, pct_start=0.08
    )
    generator = torch.Generator().manual_seed(phase.seeds.start + 11)
    for step in range(phase.steps):
        pick = torch.randint(len(images), (batch,), generator=generator)
        loss = loss_of(model, images[pick], labels[pick], end)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"{step} {loss.item():.4f} {time.monotonic() - began:.0f} s", flush=True)
        if step and step % 1000 == 0:
            print("held out", accuracy(model, tokenizer, 200), flush=True)


def train(out: Path, start: Path | None, batch: int) -> None:
    """Train and save; with `start`, only the last phase, from what was saved there."""
    torch.manual_seed(7)
    torch.set_num_threads(1)
    tokenizer = make_tokenizer()
    if start is None:
        model, phases = make_model(tokenizer), list(PHASES)
    else:
        model, phases = hf.VisionEncoderDecoderModel.from_pretrained(start), [PHASES[-1]]
    model.train()
    print("weights", sum(p.numel() for p in model.parameters()), "vocabulary", len(tokenizer))
    out.mkdir(parents=True, exist_ok=True)
    for phase in phases:
        learn(model, tokenizer, phase, batch)
        model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    (out / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR, indent=2) + "\n")
    measured = accuracy(model, tokenizer, 1000)
    (out / "accuracy.json").write_text(json.dumps({"scenes": 1000, "exact": measured}) + "\n")
    print("held out", measured, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="continue with the last phase from here")
    parser.add_argument("--batch", type=int, default=64)
    arguments = parser.parse_args()
    train(arguments.out, arguments.start, arguments.batch)
