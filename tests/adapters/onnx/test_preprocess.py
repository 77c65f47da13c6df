"""What a picture becomes before a model sees it."""

from __future__ import annotations

import importlib
import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from tests.adapters.onnx.tiny import picture
from tui.adapters.onnx.jobs import JobError
from tui.adapters.onnx.preprocess import open_picture, preprocessor, processor_name

DEFAULT_MODELS_FILE = """{
  "do_normalize": true,
  "do_rescale": true,
  "do_resize": true,
  "feature_extractor_type": "ViTFeatureExtractor",
  "image_mean": [
    0.5,
    0.5,
    0.5
  ],
  "image_processor_type": "ViTFeatureExtractor",
  "image_std": [
    0.5,
    0.5,
    0.5
  ],
  "resample": 2,
  "rescale_factor": 0.00392156862745098,
  "size": {
    "height": 224,
    "width": 224
  }
}"""
"""To the letter what lies beside the default model's weights on the hub."""

DEFAULT: dict[str, Any] = json.loads(DEFAULT_MODELS_FILE)


def photo(width: int = 301, height: int = 173) -> Image.Image:
    numbers = np.random.default_rng(3).integers(0, 256, (height // 7 + 1, width // 7 + 1, 3))
    return Image.fromarray(numbers.astype(np.uint8)).resize((width, height), 3)


def test_the_default_models_own_file_still_breaks_the_librarys_lookup(tmp_path: Any) -> None:
    """If this fails, transformers has learnt the old name, and our detour can go."""
    lookup: Any = importlib.import_module("transformers").AutoImageProcessor
    (tmp_path / "preprocessor_config.json").write_text(DEFAULT_MODELS_FILE)
    (tmp_path / "config.json").write_text('{"model_type": "vision-encoder-decoder"}')
    with pytest.raises(ValueError, match="Unrecognized image processor"):
        lookup.from_pretrained(str(tmp_path))


def test_the_default_models_own_file_is_understood() -> None:
    assert processor_name(DEFAULT, {}) == "ViTImageProcessor"
    found = preprocessor(DEFAULT, {})(photo())
    assert found.shape == (1, 3, 224, 224)
    assert found.dtype == np.float32
    assert -1.0 <= float(found.min()) < float(found.max()) <= 1.0


def test_pixels_equal_those_of_transformers() -> None:
    ours = preprocessor(DEFAULT, {})(photo())
    settings = {key: value for key, value in DEFAULT.items() if not key.endswith("_type")}
    theirs = ViTImageProcessorPil.from_dict(settings)(photo(), return_tensors="np")
    assert np.allclose(ours, theirs["pixel_values"], atol=1e-6)


@pytest.mark.parametrize("size", [(301, 173), (173, 301), (224, 224), (1000, 230)])
def test_pixels_with_a_crop_equal_those_of_transformers(size: tuple[int, int]) -> None:
    settings = {"image_processor_type": "CLIPImageProcessor", "size": 224, "crop_size": 224}
    ours = preprocessor(settings, {})(photo(*size))
    theirs = CLIPImageProcessorPil(
        size={"shortest_edge": 224}, crop_size={"height": 224, "width": 224}
    )(photo(*size), return_tensors="np")
    assert ours.shape == (1, 3, 224, 224)
    assert np.allclose(ours, theirs["pixel_values"], atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "config", "name"),
    [
        ({"feature_extractor_type": "ViTFeatureExtractor", "size": 224}, {}, "ViTImageProcessor"),
        ({"image_processor_type": "DonutFeatureExtractor"}, {}, "DonutImageProcessor"),
        ({"image_processor_type": "CLIPImageProcessorFast"}, {}, "CLIPImageProcessor"),
        ({}, {"encoder": {"model_type": "beit"}}, "BeitImageProcessor"),
        ({}, {"encoder": "nonsense"}, "ViTImageProcessor"),
        ({}, {}, "ViTImageProcessor"),
    ],
)
def test_old_and_missing_names_are_understood(
    settings: dict[str, Any], config: dict[str, Any], name: str
) -> None:
    assert processor_name(settings, config) == name


def test_a_plain_number_is_a_square_for_vit() -> None:
    settings = {"feature_extractor_type": "ViTFeatureExtractor", "size": 32}
    assert preprocessor(settings, {})(photo()).shape == (1, 3, 32, 32)


def test_a_family_that_is_not_done_here_goes_through_transformers() -> None:
    settings = {
        "image_processor_type": "DonutFeatureExtractor",
        "size": {"height": 64, "width": 48},
    }
    assert preprocessor(settings, {})(photo()).shape == (1, 3, 64, 48)


def test_the_picture_is_opened_as_rgb() -> None:
    assert open_picture(picture(0)).mode == "RGB"
    out = io.BytesIO()
    photo().convert("CMYK").save(out, "JPEG")
    assert open_picture(out.getvalue()).mode == "RGB"


def test_other_formats_are_not_opened() -> None:
    out = io.BytesIO()
    photo().save(out, "GIF")
    for data in (out.getvalue(), b"", b"\x89PNG\r\n\x1a\n", picture(0)[:300]):
        with pytest.raises(JobError):
            open_picture(data)
