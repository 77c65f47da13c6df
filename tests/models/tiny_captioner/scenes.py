"""Seeded procedural scenes with a true caption each: what the tiny captioner is taught and asked.

A scene is drawn by Pillow from its seed alone, so no picture has to be stored. Training uses the
seeds below `HELD_OUT`; everything from there on has never been seen by the model.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw

HELD_OUT = 10_000_000
SIZE = 192

COLOURS = {
    "red": (214, 40, 40),
    "blue": (40, 70, 210),
    "green": (40, 160, 60),
    "yellow": (240, 210, 40),
    "purple": (140, 50, 170),
    "white": (244, 244, 244),
    "black": (20, 20, 20),
}
SHAPES = ("circle", "square", "triangle", "star", "cross")
COUNTS = {2: "two", 3: "three", 4: "four"}
JITTER = 14


@dataclass(frozen=True, slots=True)
class Item:
    """One shape: centre and radius in parts of the picture's side, colours as RGB."""

    shape: str
    fill: tuple[int, int, int]
    x: float
    y: float
    radius: float
    tilt: float


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture that can be drawn, and the sentence that is true of it."""

    caption: str
    background: tuple[int, int, int]
    items: tuple[Item, ...]

    def draw(self, size: int = SIZE) -> Image.Image:
        """Draw the scene as a square RGB picture, `size` pixels a side."""
        picture = Image.new("RGB", (size, size), self.background)
        pen = ImageDraw.Draw(picture)
        for item in self.items:
            _draw_item(pen, item, size)
        return picture


def _draw_item(pen: ImageDraw.ImageDraw, item: Item, size: int) -> None:
    x, y, r = item.x * size, item.y * size, item.radius * size
    if item.shape == "circle":
        pen.ellipse((x - r, y - r, x + r, y + r), fill=item.fill)
        return
    if item.shape == "cross":
        arm = r * 0.34
        corners = [(-arm, -r), (arm, -r), (arm, -arm), (r, -arm), (r, arm), (arm, arm)]
        corners += [(-px, -py) for px, py in corners]
    elif item.shape == "square":
        side = r * 0.88
        corners = [(-side, -side), (side, -side), (side, side), (-side, side)]
    elif item.shape == "triangle":
        corners = [(0, -r), (r * 0.98, r * 0.8), (-r * 0.98, r * 0.8)]
    else:
        corners = [
            (
                math.sin(math.pi * k / 5) * r * (0.42 if k % 2 else 1.08),
                -math.cos(math.pi * k / 5) * r * (0.42 if k % 2 else 1.08),
            )
            for k in range(10)
        ]
    cos, sin = math.cos(item.tilt), math.sin(item.tilt)
    pen.polygon(
        [(x + px * cos - py * sin, y + px * sin + py * cos) for px, py in corners], fill=item.fill
    )


def scene(seed: int) -> Scene:
    """Return the scene of a seed: the same one for the same seed, always."""
    rng = random.Random(seed)
    names = rng.sample(list(COLOURS), 3)
    kind = rng.choices(("pair", "inside", "single", "several"), (5, 2, 2, 2))[0]
    background, caption, items = {
        "pair": _pair,
        "inside": _inside,
        "single": _single,
        "several": _several,
    }[kind](rng, names)
    return Scene(caption, _shade(rng, background), tuple(items))


def _pair(rng: random.Random, names: list[str]) -> tuple[str, str, list[Item]]:
    one, two = rng.sample(SHAPES, 2)
    near, far = rng.uniform(0.22, 0.3), rng.uniform(0.7, 0.78)
    drift_one, drift_two = rng.uniform(0.4, 0.6), rng.uniform(0.4, 0.6)
    if rng.random() < 0.5:
        relation = "above"
        spots = ((drift_one, near), (drift_two, far))
    else:
        relation = "to the left of"
        spots = ((near, drift_one), (far, drift_two))
    caption = f"a {names[0]} {one} {relation} a {names[1]} {two}"
    items = [
        _item(rng, shape, name, spot, rng.uniform(0.17, 0.21))
        for shape, name, spot in zip((one, two), names, spots, strict=False)
    ]
    return names[2], caption, items


def _inside(rng: random.Random, names: list[str]) -> tuple[str, str, list[Item]]:
    inner, outer = rng.choice(SHAPES), rng.choice(("circle", "square"))
    spot = (rng.uniform(0.45, 0.55), rng.uniform(0.45, 0.55))
    items = [
        _item(rng, outer, names[1], spot, rng.uniform(0.38, 0.42)),
        _item(rng, inner, names[0], spot, rng.uniform(0.17, 0.2)),
    ]
    return names[2], f"a {names[0]} {inner} inside a {names[1]} {outer}", items


def _single(rng: random.Random, names: list[str]) -> tuple[str, str, list[Item]]:
    shape, big = rng.choice(SHAPES), rng.random() < 0.5
    radius = rng.uniform(0.33, 0.4) if big else rng.uniform(0.15, 0.19)
    reach = 0.5 - radius - 0.05
    spot = (0.5 + rng.uniform(-reach, reach), 0.5 + rng.uniform(-reach, reach))
    caption = f"a {'big' if big else 'small'} {names[0]} {shape} on a {names[1]} background"
    return names[1], caption, [_item(rng, shape, names[0], spot, radius)]


def _several(rng: random.Random, names: list[str]) -> tuple[str, str, list[Item]]:
    shape, count = rng.choice(SHAPES), rng.choice(list(COUNTS))
    quarters = rng.sample([(0.27, 0.27), (0.73, 0.27), (0.27, 0.73), (0.73, 0.73)], count)
    items = [
        _item(
            rng,
            shape,
            names[0],
            (x + rng.uniform(-0.03, 0.03), y + rng.uniform(-0.03, 0.03)),
            rng.uniform(0.16, 0.19),
        )
        for x, y in quarters
    ]
    plural = "crosses" if shape == "cross" else f"{shape}s"
    return names[1], f"{COUNTS[count]} {names[0]} {plural}", items


def _item(
    rng: random.Random, shape: str, name: str, spot: tuple[float, float], radius: float
) -> Item:
    return Item(shape, _shade(rng, name), spot[0], spot[1], radius, rng.uniform(-0.12, 0.12))


def _shade(rng: random.Random, name: str) -> tuple[int, int, int]:
    red, green, blue = (
        min(255, max(0, part + rng.randint(-JITTER, JITTER))) for part in COLOURS[name]
    )
    return red, green, blue
