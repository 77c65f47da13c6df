from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.color import Color
from textual.theme import Theme
from textual.widgets import Button, Input, OptionList, Static, TextArea

from tui.ui.themes import DEFAULT_THEME, load_theme, load_themes, read_plain

SHIPPED = Path(__file__).parents[3] / "themes"
THEMES = load_themes([SHIPPED])[0]


def contrast(one: str, other: str) -> float:
    def light(colour: Color) -> float:
        def linear(value: int) -> float:
            share = value / 255
            return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

        return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)

    high, low = sorted((light(Color.parse(one)), light(Color.parse(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_eight_themes_ship_dark_and_light_without_a_problem() -> None:
    themes, problems = load_themes([SHIPPED])

    assert not problems
    assert len(themes) >= 6
    assert {theme.dark for theme in themes} == {True, False}
    assert DEFAULT_THEME in {theme.name for theme in themes}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_stands_out_from_every_background(theme: Theme) -> None:
    for ground in (theme.background, theme.surface, theme.panel):
        assert ground
        assert contrast(str(theme.foreground), ground) >= 4.5
        assert contrast(theme.variables["text-muted"], ground) >= 4.5
        for name in ("primary", "secondary", "accent", "success", "warning", "error"):
            assert contrast(getattr(theme, name), ground) >= 3, name


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_stands_out_on_cursors_buttons_and_selections(theme: Theme) -> None:
    variables = theme.variables
    assert (
        contrast(variables["block-cursor-foreground"], variables["block-cursor-background"]) >= 4.5
    )
    assert contrast(variables["button-color-foreground"], theme.primary) >= 4.5
    assert contrast(str(theme.foreground), variables["input-selection-background"]) >= 4.5
    for name in ("text-primary", "text-warning", "text-error", "text-success", "text-accent"):
        shade = theme.to_color_system().generate()[name]
        assert contrast(shade, str(theme.background)) >= 4.5, name


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_quick_reader_agrees_with_yaml_on_every_shipped_theme(file: Path) -> None:
    data = file.read_bytes()

    assert read_plain(data) == yaml.safe_load(data)
    assert file.stem == yaml.safe_load(data)["name"]


@given(
    st.lists(
        st.sampled_from(
            [
                "name: moss",
                "dark: true",
                "dark: yes",
                'primary: "#123"',
                "primary: null",
                "variables:",
                '  border: "#123"',
                "  style: bold",
                "  on: off",
                "# a: b",
                "",
                "   odd: x",
                'x: "a\\tb"',
                'y: "a" # why',
                "z:  two",
                "- a",
                "x: y: z",
                "é: e",
                "a: b c",
            ]
        ),
        max_size=6,
    )
)
def test_the_quick_reader_says_what_yaml_says_or_nothing(lines: list[str]) -> None:
    text = "\n".join(lines)

    quick = read_plain(text.encode())

    if quick:
        assert quick == yaml.safe_load(text)


def test_the_default_theme_loads_without_the_yaml_library() -> None:
    program = (
        "import sys; from pathlib import Path; from tui.ui.themes import load_theme;"
        f"assert load_theme('salon-dark', [Path({str(SHIPPED)!r})])[0];"
        "assert 'yaml' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program], check=True)


BAD = {
    "a list": "- 1",
    "nothing": "",
    "no primary": "dark: true",
    "a bad colour": "primary: rosered",
    "a number": "primary: 123",
    "an ANSI colour": "primary: ansi_red",
    "see-through": 'primary: "#ff000080"',
    "dark is no truth": 'primary: "#fff"\ndark: "no"',
    "an unknown key": 'primary: "#fff"\ncolour: "#000"',
    "a key that is no text": 'primary: "#fff"\n1: x',
    "a name with blanks": 'primary: "#fff"\nname: "a b"',
    "a name with an escape": 'primary: "#fff"\nname: "a\\e[2Jb"',
    "a number as a variable": 'primary: "#fff"\nvariables: {border: 3}',
    "a style as a colour": 'primary: "#fff"\nvariables: {border: bold}',
    "a colour as a style": 'primary: "#fff"\nvariables: {link-style: "#fff"}',
    "stylesheet in a variable": 'primary: "#fff"\nvariables: {border: "red; } Screen { x: y"}',
    "variables as a list": 'primary: "#fff"\nvariables: [a]',
    "torn YAML": 'primary: "#fff',
    "an unsafe tag": "primary: !!python/object/apply:os.system [id]",
    "an alias of itself": "&a [*a]",
    "deep nesting": "[" * 5000,
    "a control character": "primary: \x01",
    "far too much": "# " + "x" * 100_000,
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_told_in_one_line_and_left_out(text: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(text)

    themes, problems = load_themes([SHIPPED, tmp_path])

    assert len(themes) == len(THEMES)
    assert len(problems) == 1
    assert problems[0].startswith("theme bad.yaml: ")
    assert problems[0].isprintable()
    assert load_theme("bad", [tmp_path])[0] is None


def test_the_users_theme_wins_over_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "moss.yaml").write_text('primary: "#ffffff"')

    themes, problems = load_themes([SHIPPED, tmp_path, tmp_path / "missing"])
    one, _ = load_theme("moss", [SHIPPED, tmp_path])

    assert not problems
    assert [theme.primary for theme in themes if theme.name == "moss"] == ["#ffffff"]
    assert one is not None
    assert one.primary == "#ffffff"


def test_a_broken_theme_of_the_user_falls_back_to_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "moss.yaml").write_text("primary: nonsense")

    theme, problems = load_theme("moss", [SHIPPED, tmp_path])

    assert theme is not None
    assert len(problems) == 1


@pytest.mark.parametrize("name", ["", "..", "../config", "a/b", "Moss", "x\x1b"])
def test_a_name_that_is_none_finds_nothing(name: str) -> None:
    assert load_theme(name, [SHIPPED]) == (None, [])


class Gallery(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("text")
        yield Button("button", variant="primary")
        yield Input("input")
        yield TextArea("area")
        yield OptionList("one", "two")


@pytest.mark.parametrize("no_colour", [False, True])
async def test_every_theme_can_be_chosen_live(
    no_colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if no_colour:
        monkeypatch.setenv("NO_COLOR", "1")
    app = Gallery()
    async with app.run_test(size=(40, 20)) as pilot:
        for theme in THEMES:
            app.register_theme(theme)
            app.theme = theme.name
            await pilot.pause()

            assert app.screen.styles.background == Color.parse(str(theme.background))
        assert app.return_code is None
