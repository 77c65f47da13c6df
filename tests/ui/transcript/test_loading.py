from __future__ import annotations

import json
import sys

from tests.cli.test_main import python
from tui.ui.transcript.loading import _left_out
from tui.ui.transcript.markdown import layout

TEXT = """\
# Title

Some **strong** and *light* words, `code`, ~~gone~~, a [link](https://a.bc/ä "t"), https://a.bc/d,
<b>no tag</b> &amp; &#27; &nosuch; \\* and a line  \nbroken.

- one
  1. two
> quoted

```python
x = 1
```
    indented

| a | b |
|---|:-:|
| 1 | 2 |

[x]: /u 'title'
<!-- seen -->
[x]
"""
HASTE = """
import json, re, sys, threading
from tui.ui.transcript import highlight
from tui.ui.transcript.markdown import layout

def load():
    global shown
    shown = [line.text for line in layout(json.loads(sys.argv[1]), 60)]

highlight.hasten()
if sys.argv[2] == "thread":
    thread = threading.Thread(target=load)
    thread.start()
    thread.join()
else:
    load()
from markdown_it.rules_core import replacements
print(json.dumps([type(replacements.RARE_RE) is re.Pattern, shown]))
assert type(re.compile("")) is re.Pattern
assert "linkify_it" not in sys.modules
import linkify_it.main
assert linkify_it.main.RE_TYPE is re.Pattern
"""


def loaded(where: str) -> tuple[bool, list[str]]:
    """Whether patterns were compiled at once, and what a program that began shows."""
    done = python("-c", HASTE, json.dumps(TEXT), where)
    assert (done.returncode, done.stderr) == (0, "")
    at_once, shown = json.loads(done.stdout)
    return bool(at_once), list(shown)


def test_loaded_for_the_first_frame_it_reads_the_same_without_compiling_what_is_not_used() -> None:
    assert loaded("first frame") == (False, [line.text for line in layout(TEXT, 60)])


def test_in_a_thread_it_is_loaded_as_ever() -> None:
    assert loaded("thread") == (True, [line.text for line in layout(TEXT, 60)])


def test_a_module_is_left_out_by_two_threads_at_once() -> None:
    first, second = _left_out("no_such_module"), _left_out("no_such_module")
    with first:
        assert sys.modules["no_such_module"] is None
        sys.modules.pop("no_such_module")
        with second:
            pass

    assert "no_such_module" not in sys.modules
