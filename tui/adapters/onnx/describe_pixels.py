"""What can be said of a picture by looking at its pixels alone: colours, light, and its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image as Pillow

    Pixels = np.ndarray[Any, np.dtype[Any]]

# Colour names with the sRGB colours they stand for; a pixel gets the nearest one's name.
PALETTE: dict[str, tuple[int, ...]] = {
    "black": (0x000000, 0x1A1A1C),
    "dark grey": (0x464646, 0x303032),
    "grey": (0x808080, 0x646464, 0x9C9C9C),
    "light grey": (0xC3C3C3, 0xD4D4D4),
    "white": (0xFFFFFF, 0xECECEC),
    "red": (0xC81E1E, 0xF03C32, 0xFF0000),
    "dark red": (0x6E1419, 0x501014),
    "orange": (0xF08C1E, 0xE16E28, 0xFFA500),
    "brown": (0x6E4628, 0x915F3C, 0x503220, 0x352418, 0x84603F),
    "beige": (0xD7C3A0, 0xC8AF8C, 0xEBDCBE, 0xB09878),
    "yellow": (0xF5DC32, 0xDCBE28, 0xFFFF00, 0xFFF58C),
    "green": (0x3C963C, 0x6EAA46, 0x28C850, 0x00FF00, 0x8CBE64),
    "dark green": (0x006400, 0x1E461E, 0x325028, 0x14321A, 0x3C5A3C),
    "olive": (0x6E7332, 0x8C8746, 0x505028),
    "teal": (0x1E8282, 0x145A5A, 0x3C8C82),
    "turquoise": (0x50C8C8, 0x28DCD2, 0x96DCDC),
    "light blue": (0x96C3EB, 0xB4D2EB, 0x78B4F0, 0xC8DCF0),
    "blue": (0x285AC8, 0x4682C8, 0x1E3CE6, 0x0000FF, 0x5078AA),
    "dark blue": (0x000080, 0x141E50, 0x233764, 0x0A1432, 0x2D3C5A),
    "purple": (0x6E3296, 0x8C5AB4, 0x461E5A, 0xA078C8),
    "pink": (0xF096B4, 0xE65A96, 0xFAC8D2, 0xFF00FF, 0xC88296),
}
NAMED_SHARE = 0.12
"""A colour is worth naming from this share of the area."""
PLAIN_SHARE = 0.97
COLOURLESS_CHROMA = 5.0
"""Chroma (CIELAB) that 98 % of a black-and-white picture's pixels stay under."""
TILE = 256
"""Side of the squares that are looked at in full resolution."""


def colours(picture: Pillow.Image) -> dict[str, Any]:
    """Name the main colours by area.

    Returns:
        `named`: [[name, share], …] of the whole area, the largest first, at most four;
        `colourless`: black-and-white or nearly; `plain`: one colour all over.
    """
    import numpy as np

    small = np.asarray(_small(picture), np.float32).reshape(-1, 3)
    lab = _lab(small)
    names = [name for name, shades in PALETTE.items() for _ in shades]
    codes = np.array([code for shades in PALETTE.values() for code in shades])
    shades = _lab(np.stack([codes >> 16, codes >> 8 & 255, codes & 255], 1).astype(np.float32))
    nearest = ((lab[:, None, :] - shades[None]) ** 2).sum(2).argmin(1)
    share: dict[str, float] = {}
    for index, count in zip(*np.unique(nearest, return_counts=True), strict=True):
        share[names[index]] = share.get(names[index], 0.0) + float(count) / len(lab)
    ranked = sorted(share.items(), key=lambda item: -item[1])
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    spread = float(np.percentile(lab[:, 0], 99.5) - np.percentile(lab[:, 0], 0.5))
    return {
        "named": [[name, round(part, 3)] for name, part in ranked[:4] if part >= NAMED_SHARE],
        "colourless": bool(np.percentile(chroma, 98) < COLOURLESS_CHROMA),
        "plain": ranked[0][1] >= PLAIN_SHARE and spread < 3,
    }


def light(picture: Pillow.Image) -> str:
    """Say "dark", "bright", "low contrast", or "" for what is neither."""
    import numpy as np

    level = np.asarray(_small(picture).convert("L"), np.float32)
    low, middle, high = np.percentile(level, (1, 50, 99))
    if high - low < 70:
        return "low contrast"
    if middle < 60 and level.mean() < 80:
        return "dark"
    if middle > 180 and level.mean() > 165:
        return "bright"
    return ""


def structure(picture: Pillow.Image) -> dict[str, float]:
    """Measure what tells photos, drawings and screenshots apart, in full resolution.

    Returns:
        `flat`: share of neighbouring pixels that are equal; `soft`: share that differ a little,
        as noise and shading do; `hard`: share that differ much; `straight`: share of the hard
        edges that run exactly along rows or columns for a while; `smooth`: share of steps that go
        on just like the step before, as in a computed gradient; `shades`: how many of 4096 colours
        occur in earnest.
    """
    import numpy as np

    totals = np.zeros(7)
    counts = np.zeros(4096)
    for tile in _tiles(picture):
        pixels = np.asarray(tile, np.int16)
        if min(pixels.shape[:2]) < 8:
            continue
        across = np.abs(np.diff(pixels, axis=1)).max(2)
        down = np.abs(np.diff(pixels, axis=0)).max(2)
        steps = np.concatenate([across.ravel(), down.ravel()])
        hard_across, hard_down = across > 40, down > 40
        long = _runs(hard_across.T) + _runs(hard_down)
        totals += [
            steps.size,
            (steps == 0).sum(),
            ((steps > 0) & (steps <= 12)).sum(),
            (steps > 40).sum(),
            long,
            (np.abs(np.diff(pixels[..., 1], n=2, axis=1)) <= 1).sum(),
            max(pixels.shape[1] - 2, 0) * pixels.shape[0],
        ]
        codes = (pixels >> 4).reshape(-1, 3) @ np.array([256, 16, 1])
        counts += np.bincount(codes, minlength=4096)
    size = max(totals[0], 1.0)
    return {
        "flat": float(totals[1] / size),
        "soft": float(totals[2] / size),
        "hard": float(totals[3] / size),
        "straight": float(totals[4] / max(totals[3], 1.0)),
        "smooth": float(totals[5] / max(totals[6], 1.0)),
        "shades": float((counts > counts.sum() * 1e-4).sum()),
    }


def _runs(edges: Pixels) -> int:
    """Count the edge pixels that stand in unbroken rows of at least 8."""
    import numpy as np

    padded = np.pad(edges.astype(np.int8), ((0, 0), (1, 1)))
    turns = np.diff(padded, axis=1)
    lengths = np.nonzero(turns == -1)[1] - np.nonzero(turns == 1)[1]
    return int(lengths[lengths >= 8].sum())


def _small(picture: Pillow.Image) -> Pillow.Image:
    from PIL import Image as Pillow

    scale = min(1.0, 96 / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Pillow.Resampling.BOX)


def _tiles(picture: Pillow.Image) -> list[Pillow.Image]:
    """Nine squares spread over the picture, or all of it when it is small."""
    if picture.width * picture.height <= 9 * TILE * TILE:
        return [picture]
    lefts = [round((picture.width - TILE) * part) for part in (0.05, 0.5, 0.95)]
    tops = [round((picture.height - TILE) * part) for part in (0.05, 0.5, 0.95)]
    return [picture.crop((x, y, x + TILE, y + TILE)) for x in lefts for y in tops]


def _lab(rgb: Pixels) -> Pixels:
    """Convert sRGB 0-255, one colour a row, to CIELAB (D65)."""
    import numpy as np

    value = rgb / 255
    value = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    matrix = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = value @ matrix.T / np.array([0.95047, 1.0, 1.08883])
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.stack(
        [
            116 * root[:, 1] - 16,
            500 * (root[:, 0] - root[:, 1]),
            200 * (root[:, 1] - root[:, 2]),
        ],
        1,
    )
