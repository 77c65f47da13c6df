from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input, Static, TextArea

from tests.ui.widgets.harness import UNSET, Harness, wait_until
from tui.domain.connection import Provider
from tui.domain.settings import ConnectionSettings
from tui.ui.connections.more import Extras, MoreFields
from tui.ui.connections.more_values import names, summary, value_of, written
from tui.ui.widgets.value_form import ValueForm

PROXIED = Provider("p", "P", "openai", "https://p/v1", proxy="all", knobs=("temperature", "stop"))
PLAIN = Provider("q", "Q", "openai", "https://q/v1", knobs=("seed",))


def test_only_what_the_row_knows_is_offered() -> None:
    plain = ConnectionSettings()
    assert names(plain, PROXIED)[:4] == ["proxy", "proxy_key", "temperature", "stop"]
    assert names(plain, PLAIN) == ["seed", "headers", "add_body", "drop_body"]


def test_a_proxy_that_another_provider_left_behind_can_be_cleared() -> None:
    assert names(ConnectionSettings(proxy="https://proxy/v1"), PLAIN)[0] == "proxy"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("temperature", "0,7", 0.7),
        ("temperature", " ", None),
        ("seed", "12", 12),
        ("stop", "END\n\n  ###  ", ("END", "###")),
        ("reasoning_effort", " low ", "low"),
        ("headers", "X-A: one: two\nX-B:env:SECRET", {"X-A": "one: two", "X-B": "env:SECRET"}),
        ("headers", "Authorization: cmd:pass x", {"Authorization": "cmd:pass x"}),
        ("add_body", "a: {b: [1, 2]}", {"a": {"b": [1, 2]}}),
        ("add_body", '{"a": null}', {"a": None}),
        ("add_body", "", {}),
        ("drop_body", "stream_options", ("stream_options",)),
        ("proxy", " https://proxy/v1 ", "https://proxy/v1"),
    ],
)
def test_typed_text_becomes_a_value(name: str, text: str, value: object) -> None:
    assert value_of(name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("temperature", "warm", "a number is needed"),
        ("temperature", "nan", "a number is needed"),
        ("seed", "1.5", "a whole number is needed"),
        ("headers", "no colon", "Name: value"),
        ("headers", "Authorization: Bearer sk-1", "no key is written into config.yaml"),
        ("headers", "X-Api-Key: 1", "env:NAME or cmd:COMMAND"),
        ("add_body", "a: {", "neither YAML nor JSON"),
        ("add_body", "- a", "name: value"),
        ("add_body", "!!python/object:os.system {}", "neither YAML nor JSON"),
    ],
)
def test_what_is_no_value_says_what_is_needed(name: str, text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        value_of(name, text)


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), max_size=4))
def test_what_is_written_is_read_again(words: list[str]) -> None:
    settings = ConnectionSettings(
        stop=tuple(words),
        headers={f"X-{at}": word for at, word in enumerate(words)},
        add_body={"words": words},
    )

    for name in ("stop", "headers", "add_body"):
        assert value_of(name, written(name, settings)) == getattr(settings, name)


def test_the_summary_names_what_is_set_but_no_values() -> None:
    settings = ConnectionSettings(temperature=0.5, headers={"X-Key": "secret"}, top_k=3)

    assert summary(settings, PROXIED) == "temperature, headers"
    assert summary(ConnectionSettings(), PROXIED) == "nothing set"


async def test_a_value_is_changed_and_given_back() -> None:
    screen = MoreFields(ConnectionSettings(model="m"), PROXIED)
    app = Harness(screen)
    async with app.run_test() as pilot:
        await pilot.press("down", "down", "enter")
        await wait_until(lambda: isinstance(app.screen, ValueForm))
        await pilot.press(*"9", "enter")
        problem = app.screen.query_one("#problem", Static)
        await wait_until(lambda: "between 0 and 2" in str(problem.content))
        await pilot.press("backspace", *"0.9", "enter")
        await wait_until(lambda: app.screen is screen)
        await pilot.press("escape")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Extras(ConnectionSettings(model="m", temperature=0.9))


async def test_a_value_is_emptied() -> None:
    screen = MoreFields(ConnectionSettings(stop=("END",)), PROXIED)
    app = Harness(screen)
    async with app.run_test() as pilot:
        await pilot.press("down", "down", "down", "delete", "escape")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Extras(ConnectionSettings())


async def test_a_proxys_password_is_typed_unseen_and_is_no_setting() -> None:
    screen = MoreFields(ConnectionSettings(proxy="https://proxy/v1"), PROXIED)
    app = Harness(screen)
    async with app.run_test() as pilot:
        await pilot.press("down", "enter")
        await wait_until(lambda: app.screen is not screen)
        await pilot.press(*"kept by", "enter")
        await wait_until(lambda: isinstance(app.screen, ValueForm))
        await pilot.press(*"pass-word")
        assert app.screen.query_one("#value", Input).password
        assert "pass-word" not in app.export_screenshot()
        await pilot.press("enter")
        await wait_until(lambda: app.screen is screen)
        await pilot.press("escape")
        await wait_until(lambda: app.result is not UNSET)

    settings = ConnectionSettings(proxy="https://proxy/v1", proxy_key="stored")
    assert app.result == Extras(settings, "pass-word")


async def test_several_lines_are_written_in_an_area() -> None:
    screen = MoreFields(ConnectionSettings(), PLAIN)
    app = Harness(screen)
    async with app.run_test() as pilot:
        await pilot.press("down", "enter")
        await wait_until(lambda: isinstance(app.screen, ValueForm))
        app.screen.query_one(TextArea).text = "X-One: 1\nX-Two: env:TWO"
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.screen is screen)
        await pilot.press("escape")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Extras(ConnectionSettings(headers={"X-One": "1", "X-Two": "env:TWO"}))
