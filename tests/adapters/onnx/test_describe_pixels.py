"""Colours, light and structure of drawn pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageFilter

from tui.adapters.onnx.describe_pixels import PALETTE, colours, light, structure


def plain(colour: str, size: tuple[int, int] = (40, 30)) -> Pillow.Image:
    return Pillow.new("RGB", size, colour)


def noise(spread: float) -> Pillow.Image:
    values = np.random.default_rng(1).normal(128, spread, (300, 300, 3))
    return Pillow.fromarray(values.clip(0, 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(1))


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ("#000000", "black"),
        ("#ffffff", "white"),
        ("#7f7f7f", "grey"),
        ("#ff0000", "red"),
        ("#00ff00", "green"),
        ("#0000ff", "blue"),
        ("#ffff00", "yellow"),
        ("#ffa500", "orange"),
        ("#8b4513", "brown"),
        ("#800080", "purple"),
        ("#ffc0cb", "pink"),
        ("#000080", "dark blue"),
        ("#add8e6", "light blue"),
        ("#006400", "dark green"),
        ("#008080", "teal"),
        ("#d2b48c", "beige"),
    ],
)
def test_a_colour_has_its_usual_name(colour: str, name: str) -> None:
    found = colours(plain(colour))
    assert found["named"] == [[name, 1.0]]
    assert found["plain"]


def test_every_shade_of_the_palette_has_its_own_name() -> None:
    for name, shades in PALETTE.items():
        for shade in shades:
            assert colours(plain(f"#{shade:06x}"))["named"][0][0] == name


def test_colours_are_given_by_area_and_small_ones_left_out() -> None:
    picture = plain("#ffffff", (100, 100))
    picture.paste("#ff0000", (0, 0, 100, 30))
    picture.paste("#0000ff", (0, 30, 10, 40))
    found = colours(picture)
    assert [name for name, _ in found["named"]] == ["white", "red"]
    assert not found["plain"]
    assert not found["colourless"]


def test_a_grey_picture_is_colourless() -> None:
    assert colours(Pillow.linear_gradient("L").convert("RGB"))["colourless"]


@pytest.mark.parametrize(
    ("picture", "word"),
    [
        (Pillow.linear_gradient("L").point(lambda value: value // 3), "dark"),
        (Pillow.linear_gradient("L").point(lambda value: 165 + value // 3), "bright"),
        (Pillow.linear_gradient("L").point(lambda value: 110 + value // 8), "low contrast"),
        (Pillow.linear_gradient("L"), ""),
    ],
)
def test_light_is_named_where_it_is_unusual(picture: Pillow.Image, word: str) -> None:
    assert light(picture.convert("RGB")) == word


def test_flat_and_noisy_pictures_are_told_apart() -> None:
    assert structure(plain("red", (300, 300)))["flat"] == 1
    noisy = structure(noise(20))
    assert noisy["flat"] < 0.2
    assert noisy["soft"] > 0.5
    assert structure(Pillow.linear_gradient("L").convert("RGB"))["smooth"] > 0.95


def test_straight_edges_are_seen_and_large_pictures_are_sampled() -> None:
    squares = ((np.indices((1200, 1200)) // 25).sum(0) % 2 * 255).astype(np.uint8)
    found = structure(Pillow.fromarray(squares).convert("RGB"))
    assert found["straight"] > 0.9
    assert found["shades"] == 2


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (7, 8)])
def test_tiny_pictures_are_no_trouble(size: tuple[int, int]) -> None:
    picture = plain("green", size)
    assert colours(picture)["plain"]
    assert set(structure(picture)) == {"flat", "soft", "hard", "straight", "smooth", "shades"}
    assert light(picture) == "low contrast"
