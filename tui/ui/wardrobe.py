"""Putting themes on: choosing one by name, listing all, keeping its colours for the next start."""

from __future__ import annotations

import logging
from typing import Any

from textual.app import App

from tui.paths import Paths, shipped
from tui.ui.terminal.skeleton import remember
from tui.ui.themes import DEFAULT_THEME, load_theme, load_themes

logger = logging.getLogger(__name__)


class Wardrobe:
    """The themes of one app, shipped and the user's own; the user's win by name."""

    def __init__(self, app: App[Any], paths: Paths) -> None:
        self._app = app
        self._folders = [shipped("themes"), paths.themes]
        self._first_frame = str(paths.first_frame)

    def names(self) -> list[str]:
        """All themes, registered; files that cannot be used are logged."""
        themes, problems = load_themes(self._folders)
        for theme in themes:
            self._app.register_theme(theme)
        for problem in problems:
            logger.warning("%s", problem)
        return [theme.name for theme in themes]

    def put_on(self, name: str) -> list[str]:
        """Change to a theme, or to the default one; says what was wrong with it."""
        theme, problems = load_theme(name, self._folders)
        if theme is None:
            theme, _ = load_theme(DEFAULT_THEME, self._folders)
            problems.append(f"there is no theme {name!r}; {DEFAULT_THEME} is used")
        if theme is not None:
            self._app.register_theme(theme)
            self._app.theme = theme.name
            self._keep_colours()
        return problems

    def _keep_colours(self) -> None:
        # Not `theme_variables`: those are the ones of the theme before.
        variables = self._app.get_css_variables()
        wanted = ("background", "border", "text-muted")
        background, border, text = (variables.get(name, "") for name in wanted)
        remember(self._first_frame, (background, border, text))
