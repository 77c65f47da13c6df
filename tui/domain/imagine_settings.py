"""How pictures are made: the settings below `imagine:`, with the texts that ask for prompts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui.domain.setting_fields import between as _between
from tui.domain.setting_fields import mapping as _mapping
from tui.domain.setting_fields import setting as _setting

Processing = Literal["standard", "minimal"]
LEAST_SIDE, MOST_SIDE = 64, 4096
"""Pixels."""
MOST_STEPS = 500
MOST_SEED = 2**63 - 1

_ASK_YOU = (
    "[Leave the story for a moment. Say what {{char}} looks like right now, as one line of short"
    " phrases with commas between them, for someone who will paint it: kind of being and age, face,"
    " hair, eyes, build, clothes, posture, expression. Only what an eye can see; no names, no"
    " sentences, nothing before or after the line.]"
)
_ASK_ME = (
    "[Leave the story for a moment. Say what {{user}} looks like right now, as one line of short"
    " phrases with commas between them, for someone who will paint it: kind of being and age, face,"
    " hair, eyes, build, clothes, posture, expression. Only what an eye can see; no names, no"
    " sentences, nothing before or after the line.]"
)
_ASK_SCENE = (
    "[Leave the story for a moment. Sum up what is going on as one picture: who is there and what"
    " each looks like, what they do, the place, the light and the mood. One line of short phrases"
    " with commas between them; describe people instead of naming them; nothing before or after the"
    " line.]"
)
_ASK_LAST = (
    "[Leave the story for a moment. Turn the last message into one picture: who is seen and what"
    " they look like, what they do, where, in what light. One line of short phrases with commas"
    " between them; describe people instead of naming them; nothing before or after the line.]"
)
_ASK_FACE = (
    "[Leave the story for a moment. Describe a close portrait of {{char}} as one line of short"
    " phrases with commas between them, for someone who will paint it: begin with close portrait,"
    " then age and kind of being, face, eyes, hair, skin, expression, collar or jewellery, light."
    " Only what an eye can see; no names, nothing before or after the line.]"
)
_ASK_BACKGROUND = (
    "[Leave the story for a moment. Describe the place where it happens, without anybody in it, as"
    " one line of short phrases with commas between them, for someone who will paint it: kind of"
    " place, what stands there, colours, time of day, weather, light. Nothing before or after the"
    " line.]"
)
_ASK_EXTENDED = (
    "[Leave the story for a moment. A picture is wanted of: {{prompt}}. Work that out for a painter"
    " as one line of short phrases with commas between them: what is on it first, then details,"
    " surroundings, light, colours, style. Keep all that was asked for; describe people instead of"
    " naming them; nothing before or after the line.]"
)


@dataclass(frozen=True, slots=True)
class ImagineSettings:
    """How pictures are made."""

    connection: str = _setting("", "Who makes pictures; empty: the first connection that can.")
    model: str = _setting("", "Model for pictures; empty: the connection's own, or the server's.")
    prefix: str = _setting(
        "", "Put in front of each prompt; {prompt} in it says where the prompt goes instead."
    )
    negative: str = _setting("", "What shall not be on pictures.")
    character_prefixes: dict[str, str] = _mapping(
        "Further prefixes, by the name of the character that is on the picture."
    )
    character_negatives: dict[str, str] = _mapping(
        "What shall not be on pictures of a character, by its name."
    )
    width: int = _setting(512, "Pixels; portraits are made higher, backgrounds wider.")
    height: int = _setting(512, "Pixels.")
    steps: int = _setting(20, "Steps of the sampler, where there is one.")
    cfg: float = _setting(7.0, "How closely the prompt is followed, where that can be said.")
    seed: int | None = _setting(None, "The same seed makes the same picture; empty: any.")
    sampler: str = _setting("", "As the server calls it; empty: its default.")
    scheduler: str = _setting("", "As the server calls it; empty: its default.")
    extend: bool = _setting(False, "Let the model that chats work out your own prompts.")
    edit_prompts: bool = _setting(False, "Look over the prompts that a model wrote.")
    processing: Processing = _setting(
        "standard", "What is tidied in them: standard, or minimal (white space alone)."
    )
    hidden: bool = _setting(False, "Keep messages with made pictures from the model.")
    template: str = _setting(
        "[{{char}} sends a picture that contains: {{caption}}]",
        "The message made of a picture; {{caption}} is its prompt.",
    )
    ask_you: str = _setting(_ASK_YOU, "What the model is asked for a picture of the character.")
    ask_me: str = _setting(_ASK_ME, "What it is asked for a picture of you.")
    ask_scene: str = _setting(_ASK_SCENE, "What it is asked for a picture of the scene.")
    ask_last: str = _setting(_ASK_LAST, "What it is asked for a picture of the last message.")
    ask_face: str = _setting(_ASK_FACE, "What it is asked for a portrait.")
    ask_background: str = _setting(_ASK_BACKGROUND, "What it is asked for the place alone.")
    ask_extended: str = _setting(
        _ASK_EXTENDED, "What it is asked to work out; {{prompt}} is what you wrote."
    )

    def __post_init__(self) -> None:
        _between("width", self.width, LEAST_SIDE, MOST_SIDE)
        _between("height", self.height, LEAST_SIDE, MOST_SIDE)
        _between("steps", self.steps, 1, MOST_STEPS)
        _between("cfg", self.cfg, 0, 100)
        _between("seed", self.seed, 0, MOST_SEED)
