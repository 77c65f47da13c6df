from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain.errors import CommandError
from tui.domain.script_patterns import (
    Found,
    Pattern,
    find,
    plain_matches,
    put_in,
    read_pattern,
    replaced,
    replaced_plainly,
)


def texts(pattern: str, text: str) -> list[str | None]:
    return [match.groups[0] for match in find(read_pattern(pattern), text)]


@pytest.mark.parametrize(
    ("text", "source", "flags"),
    [
        ("/a/g", "a", "g"),
        ("/a/", "a", ""),
        ("a", "a", ""),
        ("/a\\/b/gi", "a\\/b", "gi"),
        ("/a/gg", "/a/gg", ""),
        ("/home/x", "/home/x", ""),
        ("//", "//", ""),
    ],
)
def test_a_pattern_may_stand_in_slashes(text: str, source: str, flags: str) -> None:
    assert read_pattern(text) == Pattern(source, flags)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a.", "abac", ["ab"]),
        ("/a./g", "abac", ["ab", "ac"]),
        ("/A/", "a", []),
        ("/Ä/i", "ä", ["ä"]),
        ("/^b/gm", "a\nb", ["b"]),
        ("/^b/g", "a\nb", []),
        ("/a$/", "a\n", []),
        ("/a.b/s", "a\nb", ["a\nb"]),
        ("/a.b/", "a\nb", []),
        ("/x*/g", "axa", ["", "x", "", ""]),
        (r"/(?<l>.)\k<l>/", "abba", ["bb"]),
        (r"/(.)\1/", "abba", ["bb"]),
        (r"/\u{1F642}\u0041\x42\cJ/", "🙂AB\n", ["🙂AB\n"]),
        (r"/\p{Lu}/", "aÄ", ["Ä"]),
        (r"/\q\-/", "q-", ["q-"]),
        ("/[^]/", "\n", ["\n"]),
        ("/[]/", "a", []),
        ("/[a[b]+/", "a[b", ["a[b"]),
        ("/[[:alpha:]]/", "z:]", [":]"]),
        (r"/[\]\\]+/", r"a\]", [r"\]"]),
        ("/x{,2}/", "x{,2}", ["x{,2}"]),
        ("/a{e<=1}/", "a{e<=1}", ["a{e<=1}"]),
        ("/a{2}/", "aaa", ["aa"]),
        ("/a/gy", "aaba", ["a", "a"]),
        ("/a/y", "ba", []),
        ("/(?<=a+)b(?!c)/", "aab", ["b"]),
        ("", "a", [""]),
    ],
)
def test_patterns_mean_what_they_mean_in_javascript(
    pattern: str, text: str, found: list[str]
) -> None:
    assert texts(pattern, text) == found


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "*",
        "[z-a]",
        "(?R)",
        "(?1)a",
        "(*F)",
        r"\x4",
        "(?<1>a)",
        "(" * 400 + ")" * 400,
        "[" * 99,
    ],
)
def test_what_is_no_pattern_is_refused_in_a_line(pattern: str) -> None:
    with pytest.raises(CommandError, match="no regular expression") as caught:
        find(read_pattern(pattern), "a")
    assert "\n" not in caught.value.line()


@pytest.mark.parametrize(
    "pattern",
    [
        "a{99999999}",
        "(((a{1000}){1000}){1000})b",
        "a{9000}b{9000}",
        "(?:a{9000}(?:b{9000}))",
        "(a{99})" * 200,
    ],
)
def test_a_pattern_that_would_fill_the_memory_is_refused(pattern: str) -> None:
    with pytest.raises(CommandError, match="too often"):
        find(read_pattern(pattern), "a")


def test_a_pattern_of_many_characters_is_refused() -> None:
    with pytest.raises(CommandError, match="at most"):
        find(Pattern("a" * 6000), "a")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("(x+x+)+y", "x" * 5000), ("(?:a|aa)+$", "a" * 100_000 + "b"), ("/x+?y/g", "x" * 100_000)],
)
def test_a_pattern_that_takes_for_ever_is_stopped(pattern: str, text: str) -> None:
    begun = time.perf_counter()

    with pytest.raises(CommandError, match="too long"):
        find(read_pattern(pattern), text, seconds=0.05)

    assert time.perf_counter() - begun < 5


def test_a_pattern_that_finds_too_much_is_stopped() -> None:
    with pytest.raises(CommandError, match="too long"):
        find(read_pattern("/()()()()()a/g"), "a" * 100_000, seconds=30)


@settings(deadline=None)
@given(st.text(alphabet=r"ab(){}[]*+?.|^$\/dwspuk<>=!:,-19") | st.text(), st.text(alphabet="ab1-/"))
def test_any_pattern_finds_something_or_is_refused(pattern: str, text: str) -> None:
    try:
        found = find(read_pattern(pattern), text, seconds=0.2)
    except CommandError as error:
        assert error.message
        assert "\n" not in error.line()
    else:
        assert all(text[each.start : each.end] == each.groups[0] for each in found)


@given(st.text(), st.text(max_size=3))
def test_an_escaped_text_finds_itself(text: str, wanted: str) -> None:
    escaped = re.sub(r"[\\^$.*+?()[\]{}|/]", r"\\\g<0>", wanted)

    assert len(find(Pattern(escaped, "g"), text)) == text.count(wanted)


MATCH = Found(2, 5, ("abc", "a", None, *"0123456789"), {"first": "a", "none": None})


@pytest.mark.parametrize(
    ("template", "put"),
    [
        ("[$&]", "[abc]"),
        ("$1$1", "aa"),
        ("<$2>", "<>"),
        ("$12", "9"),
        ("$19", "a9"),
        ("$0 $99", "$0 69"),
        ("$$1", "$1"),
        ("$<first>$<none>$<nosuch>", "a"),
        (r"\1 $ $x", r"\1 $ $x"),
    ],
)
def test_what_is_put_in_may_name_groups(template: str, put: str) -> None:
    assert put_in(template, MATCH) == put


def test_without_named_groups_their_names_are_text() -> None:
    assert put_in("$<first>$5", Found(0, 1, ("a",), {})) == "$<first>$5"


def test_matches_are_replaced_one_by_one() -> None:
    found = find(read_pattern("/b+/g"), "abbab")

    assert replaced("abbab", found, ["1", "2"]) == "a1a2"
    assert replaced("abbab", [], []) == "abbab"


@given(st.text(alphabet="ab"), st.text(alphabet="ab", min_size=1, max_size=2), st.text())
def test_plain_matches_are_those_that_are_replaced(text: str, old: str, new: str) -> None:
    found = plain_matches(old, text)

    assert replaced(text, found, [new] * len(found)) == replaced_plainly(text, old, new)


def test_results_that_would_be_far_too_long_are_refused() -> None:
    for attempt in (
        lambda: replaced_plainly("a" * 10_000, "a", "b" * 10_000),
        lambda: put_in("$&" * 5000, Found(0, 5000, ("a" * 5000,), {})),
        lambda: replaced("aa", [Found(0, 1, ("a",), {})] * 2, ["b" * 6_000_000] * 2),
        lambda: plain_matches("a", "a" * 400_000),
    ):
        with pytest.raises(CommandError, match="more than"):
            attempt()
