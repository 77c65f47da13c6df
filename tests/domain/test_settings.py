from __future__ import annotations

import pytest

from tui.domain.settings import CaptioningSettings, Send


@pytest.mark.parametrize(
    ("send", "sees", "wanted"),
    [
        ("auto", True, False),
        ("auto", False, True),
        ("picture", False, False),
        ("nothing", False, False),
        ("caption", True, True),
        ("both", True, True),
    ],
)
def test_attached_pictures_are_captioned_when_the_model_gets_captions(
    send: Send, sees: bool, wanted: bool
) -> None:
    assert CaptioningSettings(send=send).wants_captions(sees=sees) is wanted
    assert CaptioningSettings(send=send, auto_caption=True).wants_captions(sees=sees)
