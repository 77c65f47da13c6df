from __future__ import annotations

import pytest

from tests.cli.test_main import loaded, python
from tui.cli import first_frame
from tui.paths import find

HOMES = [
    {"SALON_HOME": "/srv/salon"},
    {"SALON_HOME": " ~/salon "},
    {"SALON_HOME": "relative/../folder"},
    {"XDG_STATE_HOME": "/var/state"},
    {"XDG_STATE_HOME": "relative"},
    {},
]


@pytest.mark.parametrize("environ", HOMES)
def test_its_colours_are_where_the_app_keeps_them(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    environ = {"HOME": "/home/ada", **environ}

    assert first_frame.remembered(environ) == str(find(environ).first_frame)


def test_without_a_terminal_nothing_is_painted(capfd: pytest.CaptureFixture[str]) -> None:
    assert first_frame.paint() is None
    assert capfd.readouterr().out == ""


def test_it_waits_for_no_import() -> None:
    code = "from tui.cli import first_frame, main; first_frame.paint()"
    before = loaded(python("-X", "importtime", "-c", "pass").stderr)
    new = loaded(python("-X", "importtime", "-c", code).stderr) - before

    assert not new & {"typing", "pathlib", "re", "dataclasses", "argparse", "collections"}
