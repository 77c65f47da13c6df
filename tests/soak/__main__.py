"""Kills Salon again and again by a seeded schedule; see the package's docstring.

Exit code 0: nothing was lost. With `--report FILE` the figures go between the markers in it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak import scenes
from tests.soak.report import Tally, write
from tests.soak.screen_scene import Screen
from tests.soak.truth import look
from tests.soak.victims import Victim

ROOT = Path(__file__).parent.parent.parent
SCENES: tuple[scenes.Scene, ...] = (
    scenes.Streaming(),
    scenes.Captioning(),
    scenes.Editing(),
    scenes.Importing(),
    scenes.Migrating(),
    scenes.BackingUp(),
    scenes.Mending(),
    Screen(),
)
_TICK = 0.004
_SOON = 0.05


@dataclass
class Running:
    """A victim and its hour."""

    scene: scenes.Scene
    victim: Victim
    log: Path
    end: float


@dataclass
class Soak:
    """The whole run."""

    folder: Path
    port: int
    chance: random.Random
    chosen: Sequence[scenes.Scene]
    running: list[Running] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    started: int = 0

    def start(self) -> None:
        """Begin another victim."""
        scene = self.chosen[self.started % len(self.chosen)]
        home = self.folder / f"v{self.started}"
        self.started += 1
        home.mkdir(mode=0o700)
        scene.prepare(home, self.port, self.chance)
        life = self.chance.uniform(0.0, scene.longest)
        victim = Victim(home, lambda: scene.work(home), in_terminal=scene.in_terminal)
        if life < _SOON:
            # Others are looked at between two ticks, and that takes longer.
            time.sleep(life)
            victim.kill()
        log = self.folder / "logs" / home.name
        self.running.append(Running(scene, victim, log, victim.began + life))

    def step(self) -> None:
        """Kill those whose time has come, and look at what they left."""
        now = time.monotonic()
        for each in list(self.running):
            each.scene.drive(each.victim, each.log)
            if now >= each.end:
                each.victim.kill()
            if each.victim.killed or each.victim.ended():
                self.running.remove(each)
                self._judge(each)

    def _judge(self, each: Running) -> None:
        found = look(each.victim.home)
        problems = [*found.problems, *each.scene.check(each.victim, each.log, found)]
        if each.victim.code:
            problems.append(f"it ended by itself with {each.victim.code}")
        self.tally.count(each.scene.name, is_killed=bool(each.victim.killed), lost=bool(problems))
        for problem in problems:
            print(f"{each.scene.name} {each.victim.home.name}: {problem}", file=sys.stderr)
        if problems:
            tail = (each.victim.said or each.victim.drawn[-400:].decode(errors="replace"))[-600:]
            print(f"  it had said: {tail!r}", file=sys.stderr)
        shutil.rmtree(each.victim.home)
        with contextlib.suppress(FileNotFoundError):
            each.log.unlink()


def main(given: argparse.Namespace) -> int:
    """Run the schedule. Returns the exit code."""
    chosen = [each for each in SCENES if given.scene in ("", each.name)]
    scenes.Account.allowed = given.behind
    print(f"seed {given.seed}: {given.kills} kills, {given.seconds:.0f} seconds at most")
    for name in list(os.environ):
        if name.startswith("SALON_"):
            del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        folder = Path(name)
        (folder / "logs").mkdir()
        command = [sys.executable, "-m", "tests.soak.server", str(folder / "logs")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as server:
            assert server.stdout is not None
            try:
                port = int(server.stdout.readline())
                soak = Soak(folder, port, random.Random(given.seed), chosen)
                _run(soak, given)
            finally:
                server.kill()
    soak.tally.worst_behind, soak.tally.confirmed = scenes.Account.worst, scenes.Account.confirmed
    for line in soak.tally.lines(given.seed):
        print(line)
    if given.report:
        write(Path(given.report), soak.tally, given.seed)
    return 1 if soak.tally.lost else 0


def _run(soak: Soak, given: argparse.Namespace) -> None:
    end = time.monotonic() + given.seconds
    _import_first()
    while soak.running or (soak.tally.killed < given.kills and time.monotonic() < end):
        wanted = given.kills - soak.tally.killed
        while len(soak.running) < min(given.jobs, wanted) and time.monotonic() < end:
            soak.start()
        soak.step()
        time.sleep(_TICK)


def _import_first() -> None:
    """What victims would import, so that their short lives are spent on their work."""
    import httpx  # noqa: F401
    import PIL.JpegImagePlugin  # noqa: F401

    import tui.adapters.config_yaml
    import tui.adapters.pillow
    import tui.adapters.providers.connector
    import tui.bootstrap
    import tui.cli.scripting
    import tui.ui.app  # noqa: F401


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=900.0, help="begin nobody afterwards")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--jobs", type=int, default=6, help="victims at a time")
    parser.add_argument("--scene", default="", choices=["", *(each.name for each in SCENES)])
    parser.add_argument("--behind", type=float, default=1.0, help="seconds a reply may lack")
    parser.add_argument("--report", default="", metavar="FILE")
    sys.exit(main(parser.parse_args()))
