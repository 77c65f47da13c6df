"""The README names what there is: commands, keys, files, variables, themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.cli.arguments import build_parser
from tui.paths import shipped
from tui.slash.builtins import default_registry
from tui.ui.keys import KEYS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_the_commands_that_are_listed_do_what_is_said() -> None:
    known = {f"/{command.name}": command.summary for command in default_registry()}
    listed = {re.split(r"[ `]", row[0][1:])[0]: row[1] for row in rows("Commands")}

    assert len(listed) > 20
    assert listed.items() <= known.items()


def test_every_key_is_listed_with_what_it_does() -> None:
    listed = [(key, does, command.strip("`")) for key, does, command in rows("Keys")]

    assert listed == list(KEYS)


def test_every_command_that_is_mentioned_exists() -> None:
    known = {f"/{name}" for name in default_registry().names()}
    mentioned = set(re.findall(r"`(/[a-z][a-z-]*)", README))

    assert mentioned - known == set()


def test_every_call_of_the_command_line_can_be_parsed() -> None:
    parser = build_parser()
    help_text = parser.format_help()
    calls = re.findall(
        r"\bsalon ((?:caption|run|chats|export|imagine|paths|config|model|offline)\b)", README
    )

    assert calls
    assert all(call in help_text for call in calls)


def test_links_and_pictures_are_there() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)

    assert "docs/screenshot.svg" in targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_theme_is_named() -> None:
    names = [path.stem for path in shipped("themes").glob("*.yaml")]

    assert [name for name in names if name not in README] == []


@pytest.mark.parametrize("target", re.findall(r"^make (\w+) ", README, re.MULTILINE))
def test_every_make_target_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert f"\n{target}:" in makefile


def test_the_configuration_shown_can_be_read(tmp_path: Path) -> None:
    from tui.adapters.config_file import load
    from tui.paths import find

    shown = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert shown
    for number, text in enumerate(shown):
        paths = find({"SALON_HOME": str(tmp_path / str(number))})
        paths.config.mkdir(parents=True)
        paths.settings.write_text(text, encoding="utf-8")
        loaded = load(paths, {"SALON_UI_THEME": "paper"})

        assert loaded.problems == []
        assert loaded.settings.ui.theme == "paper"


def test_the_pictures_hold_no_path_and_no_address_but_that_of_svg() -> None:
    for picture in (ROOT / "docs").glob("*.svg"):
        text = picture.read_text(encoding="utf-8")

        assert set(re.findall(r"https?://[\w.]+", text)) <= {
            "http://www.w3.org",
            "https://www.textualize.io",
        }
        assert "/tmp" not in text
