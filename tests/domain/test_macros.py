from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.domain.caption import with_caption, wrap
from tui.domain.macros import Environment, expand, uses

VALUES = Environment({"user": "Ada", "char": "Salon"})


def test_names_are_replaced_whatever_their_case_and_spacing() -> None:
    assert expand("{{user}} {{ CHAR }} {{User}}", VALUES) == "Ada Salon Ada"


def test_unknown_macros_stay_as_they_are() -> None:
    assert expand("{{who}} {user} {{}}", VALUES) == "{{who}} {user} {{}}"


def test_a_value_is_never_expanded_again() -> None:
    assert expand("{{user}}", Environment({"user": "{{char}}", "char": "x"})) == "{{char}}"


def test_a_caption_is_inserted_literally() -> None:
    hostile = r"[red]x[/] {{user}} | /delete \1 {{caption}}"

    wrapped = wrap("[{{user}} sends {{char}}: {{caption}}]", hostile, VALUES)

    assert wrapped == f"[Ada sends Salon: {hostile}]"


def test_a_template_without_caption_gets_it_at_the_end() -> None:
    assert wrap("Look!", "a cat", VALUES) == "Look! a cat"
    assert with_caption("") == "{{caption}}"
    assert with_caption("{{ CAPTION }}") == "{{ CAPTION }}"


@given(st.text())
def test_every_caption_comes_through_unchanged(caption: str) -> None:
    assert wrap("<{{caption}}>", caption, VALUES) == f"<{caption}>"


@given(st.text())
def test_text_without_braces_is_left_alone(text: str) -> None:
    plain = text.replace("{", "").replace("}", "").replace("<", "")

    assert expand(plain, VALUES) == plain
    assert not uses(plain, "user")
