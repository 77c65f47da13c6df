"""From a picture's bytes to the numbers a model looks at, as its preprocessor_config.json says.

The common family (ViT, DeiT, BEiT, CLIP, SigLIP, BLIP) is done here in numpy, equal to what
transformers computes and without the seconds it takes to import; for other families transformers
is asked. Its own lookup is not used: version 5 refuses the name "ViTFeatureExtractor", which the
most used captioning model carries.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from tui.adapters.onnx.jobs import JobError

Json = Mapping[str, Any]
Array = np.ndarray[Any, np.dtype[np.float32]]
Preprocessor = Callable[[Image.Image], Array]

MAX_PIXELS = 64_000_000
MAX_SIDE = 2048
"""Largest input side of a model, in pixels."""

_HALF = (0.5, 0.5, 0.5)
_CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
_BILINEAR, _BICUBIC = 2, 3


@dataclass(frozen=True, slots=True)
class _Family:
    """What a processor assumes where its file is silent."""

    resample: int = _BICUBIC
    mean: tuple[float, ...] = _HALF
    std: tuple[float, ...] = _HALF
    crop: bool = False
    shortest: bool = False
    """Whether a plain number as size is the shortest edge rather than a square."""


_FAMILIES = {
    "ViTImageProcessor": _Family(resample=_BILINEAR),
    "DeiTImageProcessor": _Family(crop=True),
    "BeitImageProcessor": _Family(),
    "CLIPImageProcessor": _Family(mean=_CLIP[0], std=_CLIP[1], crop=True, shortest=True),
    "SiglipImageProcessor": _Family(),
    "BlipImageProcessor": _Family(mean=_CLIP[0], std=_CLIP[1]),
}
_BY_ENCODER = {
    "vit": "ViTImageProcessor",
    "deit": "DeiTImageProcessor",
    "beit": "BeitImageProcessor",
    "clip_vision_model": "CLIPImageProcessor",
    "siglip_vision_model": "SiglipImageProcessor",
    "swin": "ViTImageProcessor",
    "donut-swin": "DonutImageProcessor",
}


def open_picture(data: bytes) -> Image.Image:
    """Open what the app sends: a clean JPEG or PNG.

    Raises:
        JobError: It is something else, broken or too large.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        picture = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
        if picture.width * picture.height > MAX_PIXELS:
            raise JobError("the picture is too large for the local model")
        return picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise JobError("the local model cannot open the picture") from error


def processor_name(preprocessor: Json, config: Json) -> str:
    """Return the processor's class as it is called today, whatever the file calls it."""
    name = preprocessor.get("image_processor_type") or preprocessor.get("feature_extractor_type")
    if not isinstance(name, str) or not name:
        encoder = config.get("encoder")
        kind = encoder.get("model_type") if isinstance(encoder, dict) else None
        return _BY_ENCODER.get(str(kind), "ViTImageProcessor")
    for old in ("FeatureExtractor", "ImageProcessorFast", "ImageProcessorPil"):
        name = name.removesuffix(old) + "ImageProcessor" if name.endswith(old) else name
    return name


def preprocessor(settings: Json, config: Json) -> Preprocessor:
    """Return the function that turns a picture into 1, 3, height, width.

    Args:
        settings: The model's preprocessor_config.json.
        config: Its config.json.

    Raises:
        JobError: The file asks for something unknown.
    """
    name = processor_name(settings, config)
    family = _FAMILIES.get(name)
    if family is None:
        return _by_transformers(name, settings)
    resize = _resizing(settings, family)
    resample = _number(settings, "resample", family.resample)
    crop = _crop(settings, family)
    scale = float(_number(settings, "rescale_factor", 1 / 255))
    mean = _three(settings, "image_mean", family.mean)
    std = _three(settings, "image_std", family.std)
    normalise = settings.get("do_normalize", True) is not False
    rescale = settings.get("do_rescale", True) is not False

    def process(picture: Image.Image) -> Array:
        if resize is not None:
            picture = picture.resize(resize(picture.size), resample=Image.Resampling(int(resample)))
        if crop is not None:
            picture = _cropped(picture, *crop)
        pixels = np.asarray(picture, np.float32)
        if rescale:
            pixels = pixels * np.float32(scale)
        if normalise:
            pixels = (pixels - mean) / std
        return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None], np.float32)

    return process


def _resizing(
    settings: Json, family: _Family
) -> Callable[[tuple[int, int]], tuple[int, int]] | None:
    """Return what tells the new width and height from the old, or None to keep them."""
    if settings.get("do_resize", True) is False:
        return None
    size = settings.get("size", 224)
    if isinstance(size, int):
        size = {"shortest_edge": size} if family.shortest else {"height": size, "width": size}
    if isinstance(size, list) and len(size) == 2:
        size = {"height": size[0], "width": size[1]}
    if not isinstance(size, dict):
        raise JobError("the model's preprocessor_config.json has no usable size")
    if "shortest_edge" in size:
        edge = _side(size["shortest_edge"])
        return lambda old: _to_shortest(old, edge)
    wanted = (_side(size.get("width")), _side(size.get("height")))
    return lambda _: wanted


def _to_shortest(old: tuple[int, int], edge: int) -> tuple[int, int]:
    """Scale so that the shorter side is `edge`; the longer is rounded down, and bounded."""
    short, long = min(old), max(old)
    scaled = min(int(edge * long / short), 8 * MAX_SIDE)
    return (edge, scaled) if old[0] <= old[1] else (scaled, edge)


def _crop(settings: Json, family: _Family) -> tuple[int, int] | None:
    """Return width and height to cut from the middle, or None."""
    if not settings.get("do_center_crop", family.crop):
        return None
    size = settings.get("crop_size", 224)
    if isinstance(size, dict):
        return _side(size.get("width")), _side(size.get("height"))
    return _side(size), _side(size)


def _cropped(picture: Image.Image, width: int, height: int) -> Image.Image:
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))


def _by_transformers(name: str, settings: Json) -> Preprocessor:
    """Ask transformers for a family that is not done here; runs no code of the repository."""
    import transformers

    found = getattr(transformers, f"{name}Pil", None) if name.isidentifier() else None
    if found is None or not name.endswith("ImageProcessor"):
        raise JobError(f"the image processor {name[:40]!r} is not supported")
    try:
        processor = found.from_dict(dict(settings))
    except (ImportError, TypeError, ValueError) as error:
        raise JobError(f"the image processor {name[:40]!r} cannot be used here") from error

    def process(picture: Image.Image) -> Array:
        pixels = processor(picture, return_tensors="np")["pixel_values"]
        return np.ascontiguousarray(pixels, np.float32)

    return process


def _number(settings: Json, name: str, default: float) -> float:
    value = settings.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else default


def _three(settings: Json, name: str, default: tuple[float, ...]) -> Array:
    value = settings.get(name)
    usable = isinstance(value, list) and len(value) == 3
    return np.array(value if usable else default, np.float32)


def _side(value: object) -> int:
    if not isinstance(value, int) or not 1 <= value <= MAX_SIDE:
        raise JobError("the model's preprocessor_config.json has no usable size")
    return value
