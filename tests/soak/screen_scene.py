"""The app in a terminal: someone types and sends, and the machine goes away."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.soak.scenes import Account, behind, configure
from tests.soak.truth import Found
from tests.soak.victims import Victim
from tui.cli.main import main as salon

_READY = b"Write a message"
DRAFT = "unsent words"


class Screen:
    """Messages that the server was asked about are there, and so is what was being typed."""

    name = "app"
    in_terminal = True
    longest = 3.5

    def __init__(self) -> None:
        self._typed: dict[Path, float] = {}
        """When the draft was drawn, by home; minus infinity while it is only typed."""

    def prepare(self, home: Path, port: int, chance: Random) -> None:
        configure(home, port)

    def work(self, home: Path) -> int:
        return salon([])

    def drive(self, victim: Victim, log: Path) -> None:
        victim.listen()
        if victim.home not in self._typed:
            if _READY in victim.drawn:
                victim.type("soak-0\r" + DRAFT)
                self._typed[victim.home] = float("inf")
        elif self._typed[victim.home] == float("inf") and DRAFT.encode() in victim.drawn:
            self._typed[victim.home] = time.monotonic()

    def check(self, victim: Victim, log: Path, found: Found) -> Sequence[str]:
        problems = []
        asked = re.findall(r" asked (.*)$", log.read_text(), re.MULTILINE) if log.exists() else []
        is_asked = any("soak-0" in json.loads(each) for each in asked)
        Account.confirmed[self.name] += is_asked
        if is_asked and "soak-0" not in found.texts:
            problems.append("the server had the message, the disk has not")
        if found.texts.count("soak-0") > 1:
            problems.append("the message is there twice")
        typed = self._typed.pop(victim.home, float("inf"))
        drafts = [chat.draft for chat in found.chats]
        is_late = victim.killed - typed > Account.allowed
        Account.confirmed[self.name] += is_late
        if is_late and DRAFT not in drafts:
            problems.append(f"the draft is {drafts!r}, {victim.killed - typed:.2f} s after typing")
        return [*problems, *behind(victim, log, found)]
