"""Scripts put together by chance: they end, and only with a result or with a proper error."""

from __future__ import annotations

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.slash.test_builtins import Room
from tui.domain.errors import AppError
from tui.slash.builtins import default_registry
from tui.slash.context import Context
from tui.slash.executor import Limits
from tui.slash.interpreter import Interpreter
from tui.slash.keeper import ChatKeeper
from tui.slash.scope import Bound

REGISTRY = default_registry()
_OUTSIDE = {"delay", "attach", "paste", "export", "pull", "offline", "connect", "quit", "qr-import"}
_WORDS = (
    *("a", "1", "-1", "0", "last", "1-2", "[1,2]", '{"a":1}', "x", '"q w"', "{{", "}}", "\\|"),
    *("{{pipe}}", "{{var::x}}", "{{incvar::x}}", "{{setvar::x::1}}", "{{if x}}a{{else}}b{{/if}}"),
    *("1e400", "99999999999999999999", "nan", "key=x", "rule=lt", "left=1", "right=2", "a=b"),
    *("\u202e", "\x1b[31m", "/pass a", '"/pass b"', "/.*/g", "(", "#3", "img1", "Salon", "index=0"),
    *("guard=off", "replacer={: /break x :}", "pattern=a", "else={: /pass e :}", "quiet=true"),
)
_NAMES = st.sampled_from(
    [name for name in REGISTRY.names() if REGISTRY.find(name).name not in _OUTSIDE]
)
_COMMON = st.sampled_from(
    ["pass", "let", "var", "setvar", "addvar", "getvar", "if", "while", "times", "run", "break"]
)


def _scripts(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    calls = st.builds(
        lambda name, texts: " ".join([f"/{name}", *texts]),
        _COMMON | _NAMES,
        st.lists(values, max_size=3),
    )
    return st.lists(calls, min_size=1, max_size=3).flatmap(
        lambda made: st.sampled_from([" | ", " || ", "|\n"]).map(lambda bar: bar.join(made))
    )


_VALUES = st.recursive(
    st.sampled_from(_WORDS),
    lambda inner: st.builds(
        "{{: {}{} :}}{}".format,
        st.sampled_from(["", "x=1 ", "x={: /pass z :}() "]),
        _scripts(inner),
        st.sampled_from(["", "()"]),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(_scripts(_VALUES))
def test_any_script_ends_with_text_or_a_closure_or_an_error(text: str) -> None:
    asyncio.run(_end(text))


async def _end(text: str) -> None:
    room = await Room().open()
    context = Context(room.services, room.session, room.interaction, room.front)
    interpreter = Interpreter(REGISTRY, ChatKeeper(room.services), Limits(steps=500))
    try:
        outcome = await asyncio.wait_for(interpreter.run(text, context), 10)
    except AppError as error:
        assert error.message
        assert error.line().isprintable()
    else:
        assert outcome.value is None or isinstance(outcome.value, str | Bound)
    finally:
        await room.services.aclose()
