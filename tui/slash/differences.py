"""Where scripts mean something else here than in SillyTavern; ends `docs/commands.md`."""

from __future__ import annotations

DIFFERENCES = (
    "`//` at the prompt sends a text that begins with a slash. In a script it begins a comment, "
    "as in SillyTavern, and so it does in the prompt behind the first command.",
    "Nothing runs after an error in the text: every command, argument and value is checked "
    "first, as far as it is known before it runs. The line comes back into the prompt, the "
    "cursor where the error is.",
    "An argument's name that is close to a known one is an error, with the name that was "
    "probably meant. One that is like none is left out, and that is told.",
    "Switches take `true`, `on`, `yes` and `1`, `false`, `off`, `no` and `0`, and refuse other "
    "words instead of taking their default.",
    "`/caption mesId=N` of a message that is not there, or has no picture, is an error and "
    "never opens a file picker. Negative numbers of messages count from the end: `-1` is the "
    "last one.",
    "Text between two bars that is no command does nothing, as in SillyTavern, but is told of.",
    "A closure sees the variables of the place where it was written, wherever it is run.",
    "Macros are put in once. What they give, the pipe and captions among it, is never read "
    "again as macro or command.",
    "While a script runs, a second line from the prompt is refused and stays there. Esc, "
    "`/abort` or `/stop` end the script with the caption or the reply in it; F10 does so while "
    "it asks.",
    "The result of a line from the prompt is shown when nothing else was.",
    "`/echo` shows a notice with plain text. `color`, `cssClass`, `extendedTimeout` and "
    "`onClick` mean nothing in a terminal. Tags are shown as typed, with `escapeHtml=false` "
    "they are left out.",
    "`/input`, `/popup` and `/buttons` show HTML's words without its tags. `scroll` and "
    "`transparent` mean nothing: long texts can always be scrolled.",
    "`/input` gives `onSuccess` the text as `{{pipe}}`.",
    "`/buttons` tells why it shows nothing when `labels` is no list.",
    "Without a screen, `/echo` and questions go to stderr, and answers are read where stdin is "
    "a terminal. Elsewhere `/input` gives its default, `/buttons` nothing, `/popup` its text, "
    "and with `result=true` `1` when it has one button, nothing when it has two.",
    "`/clipboard-get` reads text alone, through the system's own program.",
    "`/help WORDS` lists the commands in whose help the words stand, and gives what it shows.",
    "`/imagine` without a prompt asks for one; behind a command that gave nothing it does nothing. "
    "It gives the picture's id, such as `img7`, and with `quiet=true` the path of its file.",
    "The model gets the prompt of a picture that was made as its caption (`imagine.hidden` keeps "
    "it away), and never the picture. Prompts that a model writes keep letters of every script.",
    "`/imagine background` makes a picture and no background; `multimodal`, `gallery` and `snap` "
    "mean nothing. A picture that is ready after another chat was opened goes into its own.",
    "`/regenerate`, `/retry` and `/swipe` behind a picture that was made put another one beside "
    "it, in the same message.",
    "A command that fails stops its script, and says why; what the commands before it did stays. "
    "SillyTavern's `/caption`, `/gen` and others give nothing, and the script goes on with that.",
    "`/caption mesId=N` writes the caption into that message's picture; `target=new` makes the "
    "new message that SillyTavern makes. `index=` left out means the first picture without a "
    "caption.",
    "`/send`, `/sendas`, `/sys` and `/comment` put macros in once, as every command does, and not "
    "in what they were given by the pipe. `compact`, `avatar` and the like mean nothing here. "
    "`/send` keeps a script from going on until waiting pictures have their captions.",
    "Replies are always waited for: `await=` means nothing. `/continue` and `/impersonate` take "
    "words for the model that are said to it once.",
    "`/delete` without a number deletes the message with the focus, or the last one; there is no "
    "mode for deleting. `/undo` takes back a whole deletion.",
    "`/hide` without a number means the message with the focus, then the last one. Left of the "
    "first version `/swipe` shows the last one. Notes at the end of a chat do not keep "
    "`/regenerate`, `/continue` and `/swipe` from the reply before them.",
    "`/go` with an unknown name is an error. `/persona` takes only a persona that there is; "
    "`mode=temp` and `mode=all` take any name. `/newchat` and `/closechat` both start a new chat, "
    "for one is always open.",
    "`/trimtokens` and `/tokens` estimate tokens. Numbers are sorted as numbers, characters are "
    "counted as one sees them, a pattern that would take more than a second is stopped, and "
    "results that are no numbers are 0.",
    "`/inject` has no `filter=`, and `scan=` means nothing.",
    "Quick replies keep SillyTavern's flags for running by themselves, but none ever does. Those "
    "from elsewhere ask before their first run.",
    "A script ends after as many commands as `scripts.steps` says, and when closures run more "
    "than 64 deep. Loops end after 100 rounds, as in SillyTavern, unless `guard=off`.",
    "What a picture shows is never read as a macro, a backslash or `{{trim}}` in it included: see "
    "[macros](macros.md), which lists all that differs there.",
)
"""One paragraph each, in Markdown."""
