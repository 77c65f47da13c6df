from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.errors import CommandError
from tui.domain.settings import ConnectionSettings, Settings
from tui.slash.setting_path import current, known_paths, parse_value

SETTINGS = Settings(connections={"my.kitchen": ConnectionSettings(model="m")})


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("captioning.prompt", " What? ", "What?"),
        ("captioning.prompt", "", ""),
        ("captioning.ask_every_time", "yes", True),
        ("captioning.ask_every_time", "Off", False),
        ("captioning.send", "BOTH", "both"),
        ("chat.temperature", "0.5", 0.5),
        ("chat.temperature", "none", None),
        ("chat.max_tokens", "20", 20),
        ("local.num_beams", "3", 3),
        ("connections.my.kitchen.model", "other", "other"),
        ("connections.new.url", "http://x", "http://x"),
        ("keys.chat.stop", "f9", "f9"),
    ],
)
def test_typed_text_becomes_a_value(path: str, text: str, value: object) -> None:
    assert parse_value(SETTINGS, path, text) == value


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("captioning.promt", "x", "did you mean captioning.prompt?"),
        ("nothing", "x", "there is no setting"),
        ("captioning", "x", "there is no setting"),
        ("captioning.prompt.x", "x", "there is no setting"),
        ("captioning.send", "some", "auto, picture, caption, both, nothing"),
        ("captioning.ask_every_time", "2", "true or false"),
        ("local.num_beams", "many", "a number"),
        ("keys", "x", "there is no setting"),
        ("connections.kitchen", "x", "there is no setting"),
    ],
)
def test_wrong_settings_are_refused_with_what_is_right(path: str, text: str, words: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse_value(SETTINGS, path, text)

    assert words in caught.value.line()


def test_every_known_setting_has_a_value_and_help() -> None:
    for path, words in known_paths(SETTINGS):
        assert words
        current(SETTINGS, path)


def test_what_is_not_there_is_empty() -> None:
    assert current(SETTINGS, "connections.my.kitchen.model") == "m"
    assert current(SETTINGS, "connections.gone.model") is None
    assert current(SETTINGS, "keys.chat.stop") is None


@given(st.sampled_from([path for path, _ in known_paths(SETTINGS)]), st.text())
def test_any_text_is_a_value_or_refused(path: str, text: str) -> None:
    try:
        value = parse_value(SETTINGS, path, text)
    except CommandError:
        return
    assert value is None or isinstance(value, str | int | float)


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity"])
def test_numbers_are_finite(text: str) -> None:
    with pytest.raises(CommandError):
        parse_value(SETTINGS, "chat.temperature", text)
