"""What the commands about quick replies take; by SillyTavern's names."""

from __future__ import annotations

from tui.slash.arguments import Parameter

BUTTON = Parameter(
    "reply", "the number of a button, from 0, or a name", "script", rest=True, required=True
)
KEY = Parameter("key", "the argument's name; * for all others", required=True)
VALUE = Parameter("value", "what it is then", "any", rest=True)
SET = Parameter("set", "the set's name", "script_set", rest=True, required=True)
VISIBLE = Parameter("visible", "false: no buttons", "switch", named=True, default="true")
SOURCE = Parameter("source", "all, or those that are shown", "choice", ("all", "global"))
IN_SET = Parameter("set", "the set's name", "script_set", named=True)
NEW = Parameter("label", "its name", named=True, required=True)
LABEL = Parameter("label", "its name", "script", named=True)
NEW_LABEL = Parameter("newlabel", "another name for it", named=True)
ID = Parameter("id", "with set=: the number SillyTavern gave it", "number", named=True)
WHICH = Parameter("label", "its name, when label= is not given", "script", rest=True)
LOOKS = (
    Parameter("title", "what it does, in one line", named=True),
    Parameter("hidden", "never a button", "switch", named=True),
    Parameter("bar", "a button, whatever its set says", "switch", named=True),
)
SCRIPT = Parameter("script", "a closure {: … :}, or text", "any", rest=True)
