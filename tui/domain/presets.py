"""What a picture can be asked, and what a caption can become: by name, to choose from."""

from __future__ import annotations

from collections.abc import Mapping

from tui.domain.caption import DEFAULT_TEMPLATE

PRESETS: Mapping[str, str] = {
    "short": "Describe this picture in one short sentence, in {{language}}.",
    "detailed": (
        "Describe this picture in detail, in {{language}}: who and what is in it, where things"
        " are, colours, light and mood."
    ),
    "alt text": (
        "Write alt text for this picture, in {{language}}, for somebody who cannot see it: one or"
        " two plain sentences that say what matters, without any opening words."
    ),
    "text in the picture": (
        "Write down all text that can be read in this picture, exactly as it stands there and line"
        " by line. Write nothing else."
    ),
    "tags": (
        "List what is in this picture as keywords with commas between them, the most important"
        " first. Write nothing else."
    ),
    "image prompt": (
        "Write the prompt with which an image generator would make this picture: subject, style,"
        " composition, light and colours, as phrases with commas between them."
    ),
    "as the character sees it": (
        "Describe this picture, in {{language}}, as {{char}} would see it: what {{char}} would"
        " notice first, and in {{char}}'s own words. About {{char}}: {{description}}"
    ),
}
"""Prompts, with macros."""
TEMPLATES: Mapping[str, str] = {
    "brackets": DEFAULT_TEMPLATE,
    "caption alone": "{{caption}}",
    "narrated": "*{{user}} shows {{char}} a picture: {{caption}}*",
    "through the character's eyes": "*{{char}} looks at the picture and sees: {{caption}}*",
    "spoken": '"Look at this, {{char}}!" {{user}} holds up a picture. {{caption}}',
    "tag": "<picture>{{caption}}</picture>",
}
"""Messages that a caption can become, with macros."""


def merged(shipped: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The person's own first, then those that Salon brings and that were not replaced."""
    return {**own, **{name: text for name, text in shipped.items() if name not in own}}
