"""The language of macros: forms, nesting, conditions, shorthand, and what stays as typed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.domain.errors import StorageError
from tui.domain.macros import Environment, Script, expand, known, uses
from tui.domain.macros.evaluation import DEPTH, MOST_CHARACTERS
from tui.domain.variables import JSON, Variables

NOON = datetime(2026, 11, 28, 15, 5, 9, tzinfo=UTC)


def environment(**values: str) -> Environment:
    return Environment(
        {"user": "Bob", "char": "Alice", "group": "Alice", **values},
        clock=lambda: NOON,
        random=random.Random(7),
        seed="chat",
    )


def say(text: str, **values: str) -> str:
    return expand(text, environment(**values))


# -- rows of the specification


@pytest.mark.parametrize(
    ("template", "caption", "output"),
    [
        ("{{caption}}", "a {{user}} sign", "a {{user}} sign"),
        ("{{ caption }}", "x", "x"),
        ("{{CAPTION}}", "x", "x"),
        ("{{caption::x}}", "x", "{{caption::x}}"),
        ("{{caption}}", r"say \{hi\}", r"say \{hi\}"),
        ("{{caption}}", "{{trim}} x", "{{trim}} x"),
        ("{{caption}}", "{{setvar::a::1}}{{getvar::a}}", "{{setvar::a::1}}{{getvar::a}}"),
        ("{{caption}}", "{{time}} <USER>", "{{time}} <USER>"),
        ("{{reverse::{{caption}}}}", "abc", "cba"),
        ("{{if caption}}yes{{else}}no{{/if}}", "dog", "yes"),
        ("{{if caption}}yes{{else}}no{{/if}}", "", "no"),
        ("a {{unknown}} {{caption}}", "x", "a {{unknown}} x"),
        ("{{caption} ", "x", "{{caption} "),
        ("{{{caption}}}", "x", "{x}"),
        (r"\{\{caption\}\}", "x", "{{caption}}"),
        ("{{trim}}\n{{caption}}\n{{trim}}", "\nx\n", "\nx\n"),
        ("{{reverse:: {{caption}} }}", " ab", "ba "),
    ],
)
def test_a_caption_is_put_in_and_left_alone(template: str, caption: str, output: str) -> None:
    assert say(template, caption=caption) == output


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ("{{roll::0d6}}", ""),
        ("{{roll::999999d6}}", ""),
        ("{{getvar::a::b}}", "{{getvar::a::b}}"),
        ("{{setvar::x::5}}{{getvar::x}}{{incvar::x}}{{addvar::x::3}}{{getvar::x}}", "569"),
        ("x\n\n{{trim}}\n\ny", "xy"),
        ("{{newline::2}}{{space::3}}", "\n\n   "),
        ("{{space::99999999}}", "{{space::99999999}}"),
        ("{{hasvar::none}}", "false"),
        ("{{unknown::{{user}}}}", "{{unknown::Bob}}"),
        ("{{ time_UTC+25 }}", "{{ time_UTC+25 }}"),
        ("{{user::x}}", "{{user::x}}"),
        ("{{random::a|b}}", "{{random::a|b}}"),
        ("{{setvar::k::a|b}}{{getvar::k}}", "{{setvar::k::a|b}}"),
        ("<user> <Bot> <CHAR> <charIfNotGroup> <b>", "Bob Alice Alice Alice <b>"),
        ("{{time}} {{time::UTC+2}} {{time_UTC-5}}", "3:05 PM 5:05 PM 10:05 AM"),
        ("{{date}} {{weekday}}, {{isotime}}", "November 28, 2026 Saturday, 15:05"),
        ("{{isodate}}", "2026-11-28"),
        ("{{datetimeformat::[at] H:mm}}", "at 15:05"),
        ("{{time::UTC+99}}", "{{time::UTC+99}}"),
        ("{{pipe}}{{var::x}}{{timesIndex}}", "{{pipe}}{{var::x}}{{timesIndex}}"),
        ("{{banned \"x\"}}{{noop}}{{isMobile}}", "false"),
        ("{{user", "{{user"),
        ("user}}", "user}}"),
        ("{{}} {{ }} {{::}} {{5}}", "{{}} {{ }} {{::}} {{5}}"),
        ("{{ro{{user}}ll}}", "{{roBobll}}"),
        ("{{roll{{user}}}}", "{{rollBob}}"),
        ("{{! user }}{{#user}}", "BobBob"),
        ("{{setvar::::x}}", "{{setvar::::x}}"),
    ],
)  # fmt: skip
def test_macros_without_a_caption(template: str, output: str) -> None:
    assert say(template) == output


# -- conditions and text between a macro and its end


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ("{{if 1}}a{{if 0}}b{{else}}c{{/if}}{{else}}d{{/if}}", "ac"),
        ("{{if 0}}a{{else}}{{if 1}}c{{/if}}{{/if}}", "c"),
        ("{{if Off}}a{{/if}}", ""),
        ("{{if ! user}}a{{else}}b{{/if}}", "b"),
        ("{{if !!user}}a{{/if}}", "a"),
        ("{{if::{{user}}::yes}}", "yes"),
        ("{{if 1}}open", "{{if 1}}open"),
        ("closed{{/if}}{{else}}", "closed{{/if}}{{else}}"),
        ("{{if}}x{{/if}}", "{{if}}x{{/if}}"),
        ("{{if 1}}\n  one\n    two {{user}}\n{{/if}}", "one\n  two Bob"),
        ("{{#if 1}}\n  one\n{{/if}}", "\n  one\n"),
        ("{{if 1}}  a\n  b  {{/if}}", "a\n  b"),
        ("{{reverse}}ab{{/reverse}}", "ba"),
        ("{{setvar::x}} a b {{/setvar}}[{{getvar::x}}]", "[a b]"),
        ("{{user}}x{{/user}}", "Bobx{{/user}}"),
        ("a\n{{if 1}}{{trim}}{{/if}}\nb", "ab"),
        ("{{// a {{setvar::x::1}} }}{{hasvar::x}}", "false"),
    ],
)
def test_texts_with_an_end(template: str, output: str) -> None:
    assert say(template) == output


def test_only_the_chosen_part_happens() -> None:
    given = environment()

    expand("{{if 1}}a{{else}}{{setvar::no::1}}{{/if}}{{if 0}}{{setvar::no::1}}{{/if}}", given)

    assert given.local.names() == []


def test_a_condition_that_comes_from_a_value_is_not_looked_up() -> None:
    assert say("{{if {{caption}}}}yes{{else}}no{{/if}}", caption="empty", empty="") == "yes"
    assert say("{{if empty}}yes{{else}}no{{/if}}", empty="") == "no"


# -- variables in short


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ("{{.x = 3}}{{.x += 4}}{{.x}}{{.x -= 2}}{{.x}}{{.x++}}{{.x--}}", "7565"),
        ("{{.x ?? none}}{{.x = }}{{.x ?? none}}[{{.x || empty}}]", "none[empty]"),
        ("{{.x ??= 1}}{{.x ??= 2}}{{$x ||= 3}}{{.x}}{{$x}}", "11313"),
        ("{{.x = 10}}{{.x == 10.0}}{{.x != 9}}{{.x > 9}}{{.x < 9}}{{.x >= 10}}{{.x <= 9}}",
         "truetruetruefalsetruefalse"),
        ("{{.x = a}}{{.x == a}}{{.x > 1}}", "truefalse"),
        ("{{.x = {{user}}!}}{{.x}}", "Bob!"),
        ("{{.x = a|b}}{{.x}}", "{{.x = a|b}}"),
        ("{{.x++ 1}}{{.}}{{.1}}{{$}}", "{{.x++ 1}}{{.}}{{.1}}{{$}}"),
        ("{{.x = 5}}{{if .x > 4}}big{{/if}}{{if !.x}}none{{/if}}", "big"),
        ("{{.x = 1}}{{.x || {{incvar::n}}}}{{hasvar::n}}", "1false"),
    ],
)  # fmt: skip
def test_variables_in_short(template: str, output: str) -> None:
    assert say(template) == output


def test_the_two_scopes_are_apart_and_a_copy_leaves_no_trace() -> None:
    given = Environment({}, Variables({"x": "mine"}), Variables({"x": "all"}))

    assert expand("{{getvar::x}} {{getglobalvar::x}} {{.x}} {{$x}}", given) == "mine all mine all"
    expand("{{setvar::x::1}}{{setglobalvar::x::2}}", given.apart())
    assert (given.local.get("x"), given.shared.get("x")) == ("mine", "all")


# -- chance


def test_chance_can_be_repeated_and_a_pick_stays() -> None:
    template = "{{random::a::b::c}}{{random:d,e}}{{roll::3d20+1}}{{roll 6}}"

    assert say(template) == say(template)
    assert say("{{random::a\\,b}}") == "a,b"
    assert 4 <= int(say("{{roll::3d20+1}}")) <= 61
    picks = {say(f"{'x' * at}{{{{pick::a::b::c::d}}}}")[at:] for at in range(40)}
    assert picks == {"a", "b", "c", "d"}
    assert len({say("{{pick::a::b::c}}") for _ in range(5)}) == 1


def test_a_pick_depends_on_chat_text_and_place_only() -> None:
    text = "{{pick::a::b::c::d::e::f::g::h}}" * 3
    one = expand(text, Environment(seed="one", random=random.Random(1)))

    assert one == expand(text, Environment(seed="one", random=random.Random(2)))
    assert len({expand(text, Environment(seed=str(at))) for at in range(20)}) > 10
    assert len(set(one)) > 1


# -- scripts, facts, prose


def test_scripts_have_macros_of_their_own() -> None:
    kept: dict[str, JSON] = {"l": '["a","b"]', "n": 2}

    def variable(name: str) -> JSON:
        return kept.get(name)

    script = Script("piped", variable, {"*": "rest", "k": "v"}, 3)
    given = Environment(script=script)
    text = "{{pipe}} {{var::l::1}} {{var::n}} [{{var::none}}] {{arg::k}} {{arg::q}} {{timesIndex}}"

    assert expand(text, given) == "piped b 2 [] v rest 3"
    assert expand("{{arg::k}}", Environment(script=Script())) == "{{arg::k}}"
    assert expand("{{pipe}}", Environment(script=Script("{{user}}\\{"))) == "{{user}}\\{"


def test_facts_are_asked_only_when_they_are_used() -> None:
    asked = []

    def last() -> str:
        asked.append(1)
        return "{{user}} said so"

    given = Environment({"user": "Bob", "lastmessage": last})

    assert expand("{{user}}", given) == "Bob"
    assert asked == []
    assert expand("{{lastMessage}}", given) == "{{user}} said so"
    assert expand("{{lastMessage::1}}", given) == "{{lastMessage::1}}"
    assert asked == [1]


def test_a_fact_that_cannot_be_read_leaves_the_macro_as_typed() -> None:
    def broken() -> str:
        raise StorageError("the disk is gone")

    assert expand("a {{lastMessage}}", Environment({"lastmessage": broken})) == "a {{lastMessage}}"


def test_original_is_there_once() -> None:
    assert say("{{original}}, {{original}}", original="x") == "x, "


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("hi {{user}}", "hi Bob"),
        (r"the set \{1, 2\}", r"the set \{1, 2\}"),
        (r"\{\{user\}\} is a macro", "{{user}} is a macro"),
        ("<user> is a tag", "<user> is a tag"),
        ("{{user}} and <user>", "Bob and <user>"),
    ],
)
def test_a_message_is_prose(typed: str, sent: str) -> None:
    given = Environment({"user": "Bob"}, prose=True)

    assert expand(typed, given) == sent


# -- nothing hangs, nothing is raised

_WORDS = ("{{", "}}", "{", "}", "|", "::", ":", " ", "\\", "\n", "if ", "/if", "else", "user",
          ".x", "$y", "=", "++", "??", "!", "#", "//", "trim", "random", "setvar", "x", "<USER>",
          "{{if 1}}", "{{/if}}", "{{trim}}", "{{getvar::x}}", "{{time_UTC+2}}")  # fmt: skip


@given(st.lists(st.sampled_from(_WORDS), max_size=40).map("".join))
@example("{{if {{if 1}}}}{{else}}{{/if}}")
@example("{{.x++}}{{.x += {{.x}}}}")
def test_any_text_gives_some_text(text: str) -> None:
    given = environment()

    assert isinstance(expand(text, given), str)
    uses(text, "user")


@given(st.text(), st.lists(st.sampled_from(_WORDS), max_size=20).map("".join))
def test_what_a_macro_gives_is_never_touched(caption: str, around: str) -> None:
    marked = f"\x00{caption}\x00"

    said = say(f"{around}>{{{{caption}}}}<", caption=marked)

    if "{{caption}}" not in said:
        assert marked in said


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "{{" * (n // 2),
        lambda n: "{{x " * (n // 4),
        lambda n: "}}" * (n // 2),
        lambda n: "{{reverse::" * (n // 13) + "x" + "}}" * (n // 13),
        lambda n: "{{if 1}}" * (n // 15) + "{{/if}}" * (n // 15),
        lambda n: "{{if 1}}{{reverse::" * (n // 28) + "}}{{/if}}" * (n // 28),
        lambda n: "{{reverse}}" * (n // 23) + "{{/reverse}}" * (n // 23),
        lambda n: "\n{{trim}}" * (n // 9),
        lambda n: "{{pick::a::b}}" * (n // 14),
        lambda n: "{{if " + "!" * n + "}}a{{/if}}",
        lambda n: "{{.a" + "-" * n + "}}",
        lambda n: "{{a" + ":" * n + "}}",
        lambda n: "{{if 1}}" + "\n  " * (n // 3) + "{{/if}}",
    ],
)  # fmt: skip
def test_a_hundred_thousand_characters_take_a_moment(make: Callable[[int], str]) -> None:
    begun = time.process_time()

    expand(make(100_000), environment())
    uses(make(100_000), "none")

    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "again", ["{{.x += {{.x}}}}", "{{addvar::x::{{getvar::x}}}}", "{{setvar::x::{{.x}}{{.x}}}}"]
)
def test_a_variable_that_doubles_ends_somewhere(again: str) -> None:
    given = environment()

    expand("{{setvar::x::ab}}" + again * 400, given)

    assert len(str(given.local.get("x"))) <= MOST_CHARACTERS


def test_macros_stand_in_each_other_only_so_deep() -> None:
    def nested(depth: int) -> str:
        return say("{{reverse::" * depth + "ab" + "}}" * depth)

    assert nested(DEPTH) == ("ab" if DEPTH % 2 == 0 else "ba")
    assert "{{reverse::ab}}" in nested(DEPTH + 1) or "}}ba::esrever{{" in nested(DEPTH + 1)


# -- declarations


def test_every_macro_has_a_name_of_its_own_and_a_line_of_help() -> None:
    names = [name.lower() for each in known() for name in (each.name, *each.aliases)]

    assert len(names) == len(set(names))
    for each in known():
        assert each.help
        assert not each.help.endswith(".")
        assert each.least <= each.most


def test_uses_finds_what_would_be_replaced() -> None:
    assert uses("a {{reverse::{{ Caption }}}}", "caption")
    assert not uses(r"\{\{caption\}\} {{caption::1}} {{if caption}}x{{/if}} {{caption", "caption")
