from __future__ import annotations

import copy
import os
import pickle
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_main import python
from tui.cli import run
from tui.cli.main import main
from tui.cli.options import Options
from tui.late_patterns import later, waiting
from tui.paths import find


class Compiling:
    """Compiles as `re` does, and tells what."""

    def __init__(self) -> None:
        self.done: list[object] = []

    def __call__(self, pattern: Any, flags: Any = 0) -> re.Pattern[Any]:
        self.done.append(pattern)
        # Not by `re.compile`, whose place this takes.
        made: re.Pattern[Any] = vars(re)["_compile"](pattern, flags)
        return made


@pytest.fixture
def compiling(monkeypatch: pytest.MonkeyPatch) -> Compiling:
    real = Compiling()
    monkeypatch.setattr(re, "compile", later(real))
    return real


def module(text: str) -> dict[str, Any]:
    """What a module of these lines has in it."""
    names: dict[str, Any] = {}
    exec(f"import re\n{text}", names)
    return names


def test_a_modules_pattern_is_compiled_once_and_only_when_used(compiling: Compiling) -> None:
    names = module("P = re.compile('a(b)', re.I)\nclass C:\n    Q = re.compile(b'c')")

    assert compiling.done == []
    assert names["P"].match("AB")[1] == "B"
    assert names["P"].sub("x", "abc") == "xc"
    assert names["C"]().Q.fullmatch(b"c")
    assert compiling.done == ["a(b)", b"c"]


def test_what_a_function_compiles_is_compiled_at_once(compiling: Compiling) -> None:
    made = module("def f(text):\n    return re.compile(text)")["f"]

    assert type(made("a")) is re.Pattern
    with pytest.raises(re.error):
        made("(")
    assert compiling.done == ["a", "("]


@pytest.mark.usefixtures("compiling")
def test_a_pattern_that_waits_is_like_any_other() -> None:
    text = "(?P<letter>a)"
    late: Any = module(f"P = re.compile({text!r}, re.I)")["P"]
    real: Any = re.compile(text, re.I)

    assert type(late) is not type(real)
    assert isinstance(late, re.Pattern)
    assert re.sub(late, r"<\g<letter>>", "A") == "<A>"
    assert re.compile(late) is late
    assert (late.pattern, late.flags, late.groups) == (real.pattern, real.flags, real.groups)
    assert dict(late.groupindex) == {"letter": 1}
    assert late == real
    assert real == late
    assert hash(late) == hash(real)
    assert repr(late) == repr(real)
    assert copy.deepcopy(late) == real
    made: Any = pickle.loads(pickle.dumps(late))
    assert made == real
    assert not hasattr(late, "matches")


def test_no_pattern_of_the_start_is_wrong() -> None:
    """What is late is compiled here, so that a mistake does not wait for its first use."""
    code = (
        "import gc, re\n"
        "from tui import late_patterns\n"
        "with late_patterns.waiting(): import tui.bootstrap, tui.ui.start, yaml\n"
        "late = [each for each in gc.get_objects() if type(each) is late_patterns._Late]\n"
        "assert len(late) > 50, len(late)\n"
        "assert all(re.compile(each.pattern, each.flags) == each for each in late)\n"
    )
    done = python("-c", code)

    assert (done.returncode, done.stderr) == (0, "")


LIBRARY = """
import re
TYPE = type(re.compile(""))
try:
    re.compile("(?new)")
    CAN = True
except re.error:
    CAN = False
def is_pattern(each):
    return isinstance(each, TYPE)
"""


def test_a_module_loaded_after_the_start_gets_patterns_as_ever() -> None:
    with waiting():
        early = module("P = re.compile('a')")["P"]
    names = module(LIBRARY)

    assert type(early) is not re.Pattern
    assert names["TYPE"] is re.Pattern
    assert names["CAN"] is False
    assert names["is_pattern"](early)


def test_what_the_first_letter_loads_knows_a_pattern() -> None:
    """`linkify_it`, behind Markdown's parser, takes the type of one for that of all."""
    code = (
        "import re\n"
        "from tui import late_patterns\n"
        "with late_patterns.waiting(): import tui.bootstrap, tui.ui.start\n"
        "import linkify_it.main\n"
        "assert linkify_it.main.RE_TYPE is re.Pattern\n"
    )
    done = python("-c", code)

    assert (done.returncode, done.stderr) == (0, "")


class Screen(StringIO):
    """Says that it is a terminal, which is all that is asked of it here."""

    def __init__(self, file: int) -> None:
        super().__init__()
        self._file = file

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file


@pytest.mark.usefixtures("built")
def test_the_app_runs_and_commands_run_with_patterns_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ever, found = re.compile, []

    def note(*_: Any) -> int:
        found.append(re.compile)
        return 0

    monkeypatch.setattr("tui.ui.start.run_app", note)
    monkeypatch.setenv("TERM", "xterm")
    with (tmp_path / "no terminal").open("w") as file:
        screen = Screen(file.fileno())
        options = Options(run.run_app, find(os.environ), environ=os.environ)
        assert run.run_terminal(options, screen, screen) == 0

    assert main(["paths"]) == 0
    assert re.compile is ever
    assert found == [ever]
