"""Put what was found in a picture into one or two sentences that claim no more than that.

Findings come from the worker (`tui.adapters.onnx.describe`), facts from the file's own metadata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from tui.domain.image import Image, ImageFacts
from tui.domain.safetext import clean_line

Kind = Literal["photo", "perhaps photo", "drawing", "screenshot", "drawn", "unsure"]
"""`drawn` is a drawing or a screenshot; `unsure` could be anything."""

SURE, LIKELY, POSSIBLE = 0.85, 0.6, 0.35
"""Chances from which a thing is "very probably", "probably", "could be"."""
COLOURLESS_PENALTY = 0.2
"""The classifier was trained on colour photos: black-and-white ones need this much more."""
UNSURE_PENALTY = 0.3
"""What may be a drawing needs this much more."""
TEXT_LIMIT = 160
TEXTS_SHOWN = 3

_KIND_WORDS: dict[Kind, str] = {
    "photo": "A {}photo",
    "perhaps photo": "Probably a {}photo",
    "drawing": "Probably a {}drawing or chart",
    "screenshot": "Probably a {}screenshot",
    "drawn": "A {}drawing or a screenshot",
    "unsure": "A {}picture, hard to say whether photo or drawing,",
}
_SCREENS = frozenset({
    (1280, 720), (1280, 800), (1366, 768), (1440, 900), (1536, 864), (1600, 900), (1680, 1050),
    (1920, 1080), (1920, 1200), (2560, 1080), (2560, 1440), (2560, 1600), (2880, 1800),
    (3024, 1964), (3440, 1440), (3456, 2234), (3840, 2160), (5120, 2880),
    (640, 1136), (750, 1334), (828, 1792), (1080, 1920), (1080, 2340), (1080, 2400), (1125, 2436),
    (1170, 2532), (1179, 2556), (1206, 2622), (1242, 2208), (1242, 2688), (1284, 2778),
    (1290, 2796), (1320, 2868), (1440, 3088), (1440, 3200),
})  # fmt: skip
_CAMERA_FORMATS = frozenset({"JPEG", "MPO", "HEIF", "HEIC", "AVIF", "TIFF", "WEBP"})
_TEXT_ORDER = ("parameters", "title", "caption", "description", "comment", "author", "software")


def describe(image: Image, findings: Mapping[str, Any]) -> str:
    """Write the description.

    Args:
        image: Its facts and its size after rotation.
        findings: `colours`, `light`, `structure` and `things`, as the worker gives them.
    """
    kind = kind_of(image.facts, findings["structure"], findings["things"])
    parts = [_look(image, kind, findings)]
    if kind in {"photo", "perhaps photo", "unsure"} and not findings["colours"]["plain"]:
        colourless = bool(findings["colours"]["colourless"])
        need = COLOURLESS_PENALTY * colourless + UNSURE_PENALTY * (kind == "unsure")
        parts.append(thing_words(findings["things"], need))
    parts += [_origin(image.facts), _frames(image.facts), _texts(image.facts.texts)]
    return " ".join(part for part in parts if part)


def kind_of(facts: ImageFacts, structure: Mapping[str, float], things: Mapping[str, Any]) -> Kind:
    """Decide between photo, drawing and screenshot, or leave it open."""
    flat, soft, hard = structure["flat"], structure["soft"], structure["hard"]
    if any("screenshot" in f"{key} {text}".lower() for key, text in facts.texts):
        return "screenshot"
    if flat >= 0.62 and soft <= 0.3:
        size = (facts.width, facts.height)
        if size in _SCREENS or size[::-1] in _SCREENS or _is_website(things):
            return "screenshot"
        few = structure["shades"] <= 64
        return "drawing" if flat >= 0.85 and hard <= 0.035 and few else "drawn"
    if facts.camera and facts.format in _CAMERA_FORMATS:
        return "photo"
    return "perhaps photo" if _looks_taken(facts, structure) else "unsure"


def thing_words(things: Mapping[str, Any], need: float = 0.0) -> str:
    """Name the likeliest thing in words of its certainty; empty when it is too uncertain.

    Args:
        things: As the worker gives it.
        need: How much more certain than usual it must be.
    """
    chance, wider = float(things["chance"]), float(things["group_chance"])
    grouped = bool(things["within"]) and bool(things["agreed"])
    if chance >= LIKELY + need:
        return f"It {_surely(chance)} shows {things['label']} {_percent(chance)}."
    if grouped and wider >= LIKELY + need:
        words = f"It {_surely(wider)} shows {things['group']} {_percent(wider)}"
        closer = chance >= max(POSSIBLE, wider / 2)
        return f"{words}, perhaps {things['label']} {_percent(chance)}." if closer else f"{words}."
    if grouped and wider >= POSSIBLE + need:
        return f"It could show {things['group']} {_percent(wider)}."
    if things["agreed"] and chance >= POSSIBLE + need:
        return f"It could show {things['label']} {_percent(chance)}."
    return ""


def _looks_taken(facts: ImageFacts, structure: Mapping[str, float]) -> bool:
    """Noise and shading everywhere, as a lens and a sensor leave them."""
    flat, hard = structure["flat"], structure["hard"]
    if structure["smooth"] > 0.85 or structure["soft"] < 0.38 or flat > 0.6:
        return False
    if facts.format in {"JPEG", "MPO", "HEIF", "HEIC"} or flat <= 0.15:
        return hard <= 0.15
    return flat <= 0.45 and hard <= 0.05


def _surely(chance: float) -> str:
    return "very probably" if chance >= SURE else "probably"


def _percent(chance: float) -> str:
    return f"({min(round(chance * 100), 99)} %)"


def _is_website(things: Mapping[str, Any]) -> bool:
    return str(things["label"]) == "a website" and float(things["chance"]) >= 0.2


def _look(image: Image, kind: Kind, findings: Mapping[str, Any]) -> str:
    colours = findings["colours"]
    tone = "black-and-white " if colours["colourless"] and not colours["plain"] else ""
    width, height = _size(image)
    measures = f"in {_orientation(width, height)} format ({width} × {height} pixels)"
    if colours["plain"]:
        return f"A picture {measures}, {colours['named'][0][0]} all over."
    details = []
    if findings["light"] and kind in {"photo", "perhaps photo", "unsure"}:
        details.append(str(findings["light"]))
    if not tone or kind not in {"photo", "perhaps photo"}:
        details.append(_colours(colours["named"]))
    return ", ".join([f"{_KIND_WORDS[kind].format(tone)} {measures}", *details]) + "."


def _size(image: Image) -> tuple[int, int]:
    """The original's size, turned as the picture is."""
    width, height = image.facts.width, image.facts.height
    turned = (width > height) != (image.width > image.height)
    return (height, width) if turned and width != height else (width, height)


def _orientation(width: int, height: int) -> str:
    if abs(width - height) <= 0.03 * max(width, height):
        return "square"
    if max(width, height) >= 2.2 * min(width, height):
        return "very wide" if width > height else "very tall"
    return "landscape" if width > height else "portrait"


def _colours(named: Sequence[Sequence[Any]]) -> str:
    """Say "mostly brown with some grey", or list them when none covers much."""
    if not named:
        return "in many colours"
    leading: list[str] = []
    rest: list[str] = []
    covered = 0.0
    for name, share in named:
        if not leading or (covered < 0.5 and share >= 0.2):
            leading.append(str(name))
            covered += float(share)
        else:
            rest.append(str(name))
    if covered < 0.5:
        return f"with {_listed([*leading, *rest])}"
    words = f"mostly {_listed(leading)}"
    return f"{words} with some {_listed(rest)}" if rest else words


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _origin(facts: ImageFacts) -> str:
    day = ""
    try:
        taken = datetime.fromisoformat(facts.taken)
        day = f" on {taken.day} {taken:%B %Y}"
    except ValueError:
        pass
    camera = f" with a camera that calls itself {facts.camera}" if facts.camera else ""
    return f"Taken{day}{camera}, says the file." if day or camera else ""


def _frames(facts: ImageFacts) -> str:
    return (
        f"It is animated; this is the first of {facts.frames} frames." if facts.frames > 1 else ""
    )


def _texts(texts: Sequence[tuple[str, str]]) -> str:
    """Quote the text chunks that people write; all of it is data from elsewhere."""
    known = {key.strip().lower(): text for key, text in reversed(texts)}
    quoted = []
    for key in _TEXT_ORDER:
        text = known.get(key, "")
        if key == "parameters":
            text = text.partition("\nNegative prompt:")[0].partition("\nSteps:")[0]
        text = clean_line(text.strip(), TEXT_LIMIT).replace("“", '"').replace("”", '"')
        if text:
            name = "image generator's prompt" if key == "parameters" else key
            quoted.append(f"{name} “{text}”")
    return f"The file's own text: {'; '.join(quoted[:TEXTS_SHOWN])}." if quoted else ""
