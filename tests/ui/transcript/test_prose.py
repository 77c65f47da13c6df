from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.test_main import loaded, python
from tui.domain.safetext import clean
from tui.ui.transcript import prose
from tui.ui.transcript.markdown import parse, rows_of

GREETING = """Come in! The lamp is lit, and the card says "you".
Type `/caption` and a path: https://example.org/a_b, or `/caption` alone.


If you lose your way, F1 knows every key and 漢字 too."""

PIECES = st.sampled_from(
    (
        *(
            "word",
            "Ä",
            "漢字",
            " ",
            "  ",
            "\n",
            "\n\n",
            "`",
            "`a b`",
            "``",
            "` c `",
            "*",
            "_",
            "~~",
        ),
        *(
            "- ",
            "1. ",
            "> ",
            "|",
            "---",
            "===",
            "[a]: b",
            "]",
            ")",
            "!",
            "&amp;",
            "<b>",
            "\\",
            "\t",
        ),
        *("https://x.org/y", ":", '"', "(", "'", "“", "e\u0301", "\u00a0", "\u2028", "{", "$", "#"),
    )
)
MARKED = (
    *(
        "",
        "\n",
        "# a",
        "a\n---",
        "a *b*",
        "a  \nb",
        " a",
        "a\n\n    b",
        "a `b",
        "a ``b``",
        "a `b``c`",
    ),
    *("1. a", "- a", "> a", "a\n> b", "[a](b)", "a &amp; b", "<b>", "a\\*", "|a|\n|-|", "` a `"),
)


@pytest.mark.parametrize("room", [20, 76])
def test_a_greeting_is_laid_out_without_markdown(room: int) -> None:
    rows = prose.rows(GREETING.replace("a_b", "ab"), room, "text")

    assert rows is not None
    assert rows == rows_of(parse(GREETING.replace("a_b", "ab")), room)


@pytest.mark.parametrize("text", MARKED)
def test_what_may_mean_something_is_for_markdown(text: str) -> None:
    assert prose.rows(text, 40, "text") is None


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(), st.sampled_from(["text", "dim"]))
def test_its_rows_are_those_of_markdown(text: str, base: str) -> None:
    text = clean(text)
    rows = prose.rows(text, 30, base)

    assert rows is None or rows == rows_of(parse(text), 30, base)


def test_a_greeting_loads_no_markdown() -> None:
    code = "from tui.ui.transcript.markdown import layout; layout('Come in, `you`!', 40)"

    assert "markdown_it" not in loaded(python("-X", "importtime", "-c", code).stderr)
