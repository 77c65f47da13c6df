from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.test_main import python
from tui.cli.late_methods import defer, later


class Compiling:
    """Compiles methods as `dataclasses` does, and tells which."""

    def __init__(self, create: Callable[..., Any]) -> None:
        self.create = create
        self.done: list[str] = []

    def __call__(self, name: str, *text: Any, **names: Any) -> Any:
        self.done.append(name)
        return self.create(name, *text, **names)


@pytest.fixture
def compiling(monkeypatch: pytest.MonkeyPatch) -> Compiling:
    if "_create_fn" not in vars(dataclasses):
        pytest.skip("this Python compiles the methods of a class together")
    create = Compiling(vars(dataclasses)["_create_fn"])
    monkeypatch.setitem(vars(dataclasses), "_create_fn", later(create))
    return create


def test_nothing_is_compiled_until_it_is_called(compiling: Compiling) -> None:
    @dataclasses.dataclass(frozen=True, order=True)
    class Point:
        x: int
        y: int = 2

    assert compiling.done == []
    point = Point(1)
    assert (point.x, point.y) == (1, 2)
    assert compiling.done == ["__init__"]
    assert point == Point(1, 2)
    assert hash(point) == hash(Point(y=2, x=1))
    assert point < Point(1, 3)
    assert compiling.done == ["__init__", "__eq__", "__hash__", "__lt__"]


def test_the_real_method_takes_the_place_of_its_stand_in(compiling: Compiling) -> None:
    @dataclasses.dataclass
    class Parent:
        x: int

    class Child(Parent):
        pass

    before = vars(Parent)["__init__"]
    assert Child(3).x == 3
    assert vars(Parent)["__init__"] is not before
    assert "__init__" not in vars(Child)
    assert vars(Parent)["__init__"].__qualname__.endswith("Parent.__init__")
    Parent(4)
    assert compiling.done == ["__init__"]


@pytest.mark.usefixtures("compiling")
def test_everything_else_is_as_ever() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Frozen:
        words: list[str] = dataclasses.field(default_factory=list)
        self_: int = 0

    made = Frozen(self_=1)
    assert made.words is not Frozen().words
    assert repr(made).endswith("Frozen(words=[], self_=1)")
    assert dataclasses.replace(made, self_=2) == Frozen([], 2)
    assert copy.copy(made) == made
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.self_ = 3  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del made.self_
    with pytest.raises(TypeError, match=r"__init__\(\) got an unexpected keyword argument"):
        Frozen(other=1)  # type: ignore[call-arg]


@pytest.mark.usefixtures("compiling")
def test_a_method_that_cannot_be_replaced_is_still_named() -> None:
    with pytest.raises(TypeError, match="Cannot overwrite attribute __setattr__ in class Own"):

        @dataclasses.dataclass(frozen=True)
        class Own:
            x: int

            def __setattr__(self, name: str, value: object) -> None:
                raise AssertionError


def test_a_python_that_compiles_otherwise_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(vars(dataclasses), "_create_fn", raising=False)
    before = dict(vars(dataclasses))
    defer()

    assert vars(dataclasses) == before


def test_the_settings_are_compared_and_changed_as_ever() -> None:
    code = (
        "from tui.cli import late_methods; late_methods.defer(); import dataclasses;"
        "from tui.domain.settings import Settings; a = Settings(); b = Settings();"
        "assert a == b and repr(a) == repr(b);"
        "assert dataclasses.replace(a, ui=dataclasses.replace(a.ui, theme='x')) != a"
    )
    done = python("-c", code)

    assert (done.returncode, done.stderr) == (0, "")
