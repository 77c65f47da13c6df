from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import pytest

from tests.cli.test_main import python
from tui.cli.late_patterns import later


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
        "from tui.cli import late_patterns; late_patterns.defer()\n"
        "import gc, re, tui.bootstrap, tui.ui.start\n"
        "late = [each for each in gc.get_objects() if type(each) is late_patterns._Late]\n"
        "assert len(late) > 50, len(late)\n"
        "assert all(re.compile(each.pattern, each.flags) == each for each in late)\n"
    )
    done = python("-c", code)

    assert (done.returncode, done.stderr) == (0, "")
