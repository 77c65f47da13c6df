from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.adapters.config_edit import put, remove
from tui.adapters.config_quote import flow, scalar
from tui.adapters.config_yaml import parse
from tui.domain.errors import ConfigError

FILE = Path("config.yaml")


def data(text: str) -> Any:
    root = parse(text, FILE)
    return root.plain() if root else None


CASES: list[tuple[str, str, object, str]] = [
    ("", "ui.theme", "x", "ui:\n  theme: x\n"),
    ("# only\n", "ui.theme", "x", "# only\nui:\n  theme: x\n"),
    ("# no line end", "ui.theme", "x", "# no line end\nui:\n  theme: x\n"),
    ("a: 1  # why\n", "a", 2, "a: 2  # why\n"),
    ("a: 1", "b", 2, "a: 1\nb: 2\n"),
    ("a: 'x'  # why\nb: 1\n", "a", "yes", 'a: "yes"  # why\nb: 1\n'),
    ("a:   # why\nb: 1\n", "a", 2, "a: 2   # why\nb: 1\n"),
    ("a: |  # why\n  x\n  y\n\n# z\nb: 1\n", "a", "q", "a: q  # why\n\n# z\nb: 1\n"),
    ("a: |-  # why\n  x\n", "a.c", 1, "a:  # why\n  c: 1\n"),
    ("a: {b: 1}  # why\n", "a.c", "x, y", 'a: {b: 1, c: "x, y"}  # why\n'),
    ("a: {}  # why\nb: 1\n", "a.c", 1, "a:  # why\n  c: 1\nb: 1\n"),
    ("a:  # why\n# more\nb: 1\n", "a.c", 1, "a:  # why\n  c: 1\n# more\nb: 1\n"),
    ("a:\n    b: 1\n# z\n", "a.c", 1, "a:\n    b: 1\n    c: 1\n# z\n"),
    ("a: 1\r\nb: 2\r\n", "c.d", 3, "a: 1\r\nb: 2\r\nc:\r\n  d: 3\r\n"),
    ("\ufeffa: 1\n", "a", 2, "\ufeffa: 2\n"),
    ("---\na: 1\n...\n", "b", 2, "---\na: 1\nb: 2\n...\n"),
    ("ü: 世界 # é\na: 1\n", "a", 2, "ü: 世界 # é\na: 2\n"),
    ("a: {b: {}}\n", "a.b.c", 1, "a: {b: {c: 1}}\n"),
    ("a: &x 1\nb: *x # c\n", "b", 2, "a: &x 1\nb: 2 # c\n"),
    ("a:\n- 1\n- 2\nb: 1 # c\n", "b", 2, "a:\n- 1\n- 2\nb: 2 # c\n"),
]


@pytest.mark.parametrize(("text", "path", "value", "expected"), CASES)
def test_one_value_changes(text: str, path: str, value: object, expected: str) -> None:
    assert put(text, tuple(path.split(".")), value, FILE) == expected


def test_a_group_is_written_in_lines() -> None:
    text = put("chat:\n  a: 1 # c\n", ("connections", "k.1"), {"url": "http://h/v1", "n": 2}, FILE)

    assert text == 'chat:\n  a: 1 # c\nconnections:\n  k.1:\n    url: "http://h/v1"\n    n: 2\n'


def test_a_group_that_exists_keeps_its_comments() -> None:
    text = "k:\n  # one\n  a: 1  # first\n  b: 2\n  # end\n"

    assert put(text, ("k",), {"a": 5, "c": 3}, FILE) == (
        "k:\n  # one\n  a: 5  # first\n  c: 3\n  # end\n"
    )


REMOVALS = [
    ("a: 1\nb: 2 # gone\n# c\n", "b", "a: 1\n# c\n"),
    ("a: {b: 1, c: 2} # k\n", "a.b", "a: {c: 2} # k\n"),
    ("a: {b: 1, c: 2} # k\n", "a.c", "a: {b: 1} # k\n"),
    ("a:\n  b: 1\n  # k\nd: 1\n", "a.b", "a:\n  # k\nd: 1\n"),
    ("a:\n  b: |\n    x\n\n  # k\n  c: 1\n", "a.b", "a:\n\n  # k\n  c: 1\n"),
    ("a: 1\n", "b", "a: 1\n"),
    ("a: 1\n", "a", ""),
]


@pytest.mark.parametrize(("text", "path", "expected"), REMOVALS)
def test_one_key_goes(text: str, path: str, expected: str) -> None:
    assert remove(text, tuple(path.split(".")), FILE) == expected


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a: &x {b: 1}\nc: *x\n", "c.b"),
        ("a: &x 1\nb: *x\n", "a"),
        ("- 1\n", "a"),
        ("a: [1, # c\n 2]\n", "a"),
    ],
)
def test_what_cannot_be_changed_safely_is_refused(text: str, path: str) -> None:
    with pytest.raises(ConfigError, match="cannot change safely"):
        put(text, tuple(path.split(".")), 5, FILE)


ODD_TEXTS = [
    *("yes", "No", "on", "0x1F", "1.10", "12:30", "~", "null", "- x", "a: b", "a #b", "", " x"),
    *("#", "{{char}}", "*a", "&a", "!t", "|", "x\ny", "1_000", "0o7", "=", ":", "<<", "2001-01-01"),
]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(ODD_TEXTS),
)


@settings(max_examples=100, deadline=None)
@given(scalars)
def test_written_values_read_back_the_same_in_old_yaml_too(value: object) -> None:
    for text in (f"a: {scalar(value)}\n", f"a: {flow(value)}\n", f"{{a: {scalar(value)}, b: 1}}"):
        ours = data(text)["a"]
        assert ours == value
        assert type(ours) is type(value)
        if not isinstance(value, float):
            assert yaml.safe_load(text)["a"] == value


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ConfigError):
        scalar("\ud800")


names = st.sampled_from(["a", "b", "c", "longer", "ü", "with space", "x.y"])


class Writer:
    """Writes a random document with numbered comments in every place that may have one."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.comments = 0

    def comment(self, before: str = "  ") -> str:
        if not self.draw(st.booleans()):
            return ""
        self.comments += 1
        return f"{before}# c{self.comments}: {{}} - 'x"

    def lines(self, group: dict[str, Any], pad: str) -> list[str]:
        out = []
        for name, value in group.items():
            if note := self.comment(pad):
                out.append(note)
            if self.draw(st.integers(0, 4)) == 0:
                out.append("")
            out.extend(self.entry(name, value, pad))
        return out

    def entry(self, name: str, value: Any, pad: str) -> list[str]:
        if isinstance(value, dict):
            if not value or self.draw(st.booleans()):
                return [f"{pad}{name}: {flow(value)}{self.comment()}"]
            deeper = pad + " " * self.draw(st.integers(1, 4))
            return [f"{pad}{name}:{self.comment()}", *self.lines(value, deeper)]
        if value is None and self.draw(st.booleans()):
            return [f"{pad}{name}:{self.comment()}"]
        if isinstance(value, str) and value and self.draw(st.booleans()):
            if re.fullmatch(r"[a-z][a-z ]*[a-z]", value):
                style = self.draw(st.sampled_from(["|-", ">-"]))
                return [f"{pad}{name}: {style}{self.comment()}", f"{pad}  {value}"]
            if value.isprintable():
                return [f"{pad}{name}: '" + value.replace("'", "''") + f"'{self.comment()}"]
        return [f"{pad}{name}: {scalar(value)}{self.comment()}"]


trees = st.recursive(
    scalars | st.sampled_from(["plain words here", "two words"]),
    lambda inner: st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[str, Any], int]:
    tree = draw(st.dictionaries(names, trees, max_size=5))
    writer = Writer(draw)
    lines = writer.lines(tree, "")
    if note := writer.comment(""):
        lines.append(note)
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join(lines) + draw(st.sampled_from(["", end]))
    return text, tree, writer.comments


def merged(tree: Any, path: tuple[str, ...], value: object) -> dict[str, Any]:
    copy = dict(tree) if isinstance(tree, dict) else {}
    copy[path[0]] = merged(copy.get(path[0]), path[1:], value) if path[1:] else value
    return copy


def pruned(tree: Any) -> Any:
    """Without the difference between an empty group and nothing."""
    if isinstance(tree, dict):
        return {key: pruned(value) for key, value in tree.items()} or None
    return tree


@settings(max_examples=100, deadline=None)
@given(documents(), st.lists(names, min_size=1, max_size=3), scalars)
def test_any_change_keeps_every_comment_and_every_other_value(
    document: tuple[str, dict[str, Any], int], path: list[str], value: object
) -> None:
    text, tree, comments = document
    assert pruned(data(text)) == pruned(tree)
    try:
        changed = put(text, tuple(path), value, FILE)
    except ConfigError:
        # Refused only where a whole group with comments would have to give way.
        inner: Any = tree
        for key in path:
            inner = inner.get(key) if isinstance(inner, dict) else None
        assert isinstance(inner, dict)
        return

    assert pruned(data(changed)) == pruned(merged(tree, tuple(path), value))
    for number in range(1, comments + 1):
        assert changed.count(f"# c{number}: {{}} - 'x") == 1


@settings(max_examples=100, deadline=None)
@given(documents(), st.data())
def test_any_removal_takes_nothing_else(
    document: tuple[str, dict[str, Any], int], choose: st.DataObject
) -> None:
    text, tree, _ = document
    inner: Any = tree
    path: list[str] = []
    while isinstance(inner, dict) and inner and (not path or choose.draw(st.booleans())):
        path.append(choose.draw(st.sampled_from(sorted(inner))))
        parent, inner = inner, inner[path[-1]]
    if not path:
        return

    changed = remove(text, tuple(path), FILE)

    parent.pop(path[-1])
    assert pruned(data(changed)) == pruned(tree)
