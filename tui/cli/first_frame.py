"""The frame that shows before anything is imported; what it needs is found without `pathlib`."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.ui.terminal.skeleton import Skeleton


def paint() -> Skeleton | None:
    """Draw it in the colours of last time; None where there is no terminal for it."""
    from tui.ui.terminal import skeleton

    return skeleton.paint(skeleton.recall(remembered(os.environ)))


def remembered(environ: Mapping[str, str]) -> str:
    """Where the colours are kept: what `tui.paths.find(environ).first_frame` says, sooner."""
    own = environ.get("SALON_HOME", "").strip()
    if own:
        folder = os.path.join(os.getcwd(), os.path.expanduser(own), "state")  # noqa: PTH109, PTH111, PTH118
    else:
        folder = environ.get("XDG_STATE_HOME", "")
        if not folder.startswith("/"):
            folder = os.path.join(os.path.expanduser("~"), ".local", "state")  # noqa: PTH111, PTH118
        folder = os.path.join(folder, "salon")  # noqa: PTH118
    return os.path.join(folder, "first-frame")  # noqa: PTH118
