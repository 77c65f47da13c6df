"""Measures Salon beside a bare Textual app and other programs, and writes docs/performance.md.

    python benchmarks/all.py [--only start,stream] [--rounds 2] [--peers elia,codex]

Linux only. Without peers and without a model it measures what is there, and says what is left out.
With `--write` the tables and plots of a part go into the document as soon as it is measured; else
the tables are printed. A part that fails is named, keeps what it has measured, and stops no other.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from bench import machine, plot, table  # noqa: E402 - found by the line above
from bench.backend import Backend  # noqa: E402
from bench.parts import PARTS, Part  # noqa: E402
from bench.programs import OURS, PEERS, SALON, find_peers  # noqa: E402
from bench.run import Run, reason  # noqa: E402
from bench.targets import judge  # noqa: E402


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    only: Sequence[str]
    rounds: int
    peers: Sequence[str]
    peer_bin: Sequence[Path]
    model: Path | None
    node: Path | None
    tokens: int
    messages: int
    write: Path | None


def report(run: Run, part: Part) -> list[str]:
    """Tables, what is left out, and the machine."""
    verdicts = [judge(each, run.figures) for each in part.targets(run)]
    return [
        "",
        *table.targets(verdicts),
        "",
        *table.figures(run.figures, part.base),
        *table.left_out(run.figures.missing),
        "",
        machine.line(run.rounds),
        "",
    ]


def measure(wanted: Wanted, name: str) -> bool:
    """One part, from its first round to its place in the document; whether it was all done."""
    part = PARTS[name]
    peers, missing = find_peers(wanted.peers, wanted.peer_bin)
    print(f"{name}: {', '.join(each.name for each in (*OURS, *peers))}", file=sys.stderr)
    with Backend() as backend:
        run = Run(
            (*OURS, *peers),
            backend,
            wanted.rounds,
            length=wanted.tokens,
            messages=wanted.messages,
            model=wanted.model,
            node=wanted.node,
        )
        if name in ("start", "stream"):
            run.figures.missing.update(missing)
        done = _whole(run, part)
    if run.figures.values or done:
        publish(wanted.write, name, run, part)
    return done


def _whole(run: Run, part: Part) -> bool:
    """Measure; a failure is named with what was found before it."""
    try:
        part.measure(run)
    except Exception as error:  # noqa: BLE001 - the other parts are still worth measuring
        why = reason(error)
        print(f"  the rest of this part: {why}", file=sys.stderr)
        run.figures.miss("the rest of this part", why)
        return False
    return True


def publish(document: Path | None, name: str, run: Run, part: Part) -> None:
    """Print what was found, or put it into the document."""
    lines, panels = report(run, part), part.panels(run)
    if document is None:
        print("\n".join(lines))
        return
    if panels:
        drawing = document.with_name(f"{document.stem}-{name}.svg")
        drawing.write_text(plot.draw(panels, SALON), encoding="utf-8")
        titles = "; ".join(each.title for each in panels)
        lines = ["", f"![{titles}]({drawing.name})", *lines]
    table.put(document, name, lines)


def _folders(text: str) -> list[Path]:
    return [Path(each).absolute() for each in text.split(os.pathsep) if each]


def _names(text: str) -> list[str]:
    return [each for each in text.replace(",", " ").split() if each]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    known = [peer.name for peer in PEERS]
    parser.add_argument("--only", type=_names, default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--peers", type=_names, default=known, help=", ".join(known))
    parser.add_argument(
        "--peer-bin", type=_folders, default=[], help="folders they are in, as in PATH"
    )
    parser.add_argument("--model", type=Path, help="a captioning model of the real size")
    parser.add_argument("--node", type=Path, help="folder with transformers.js in node_modules")
    parser.add_argument("--tokens", type=int, default=2000, help="of the reply")
    parser.add_argument("--messages", type=int, default=10_000, help="of the longest chat")
    parser.add_argument("--write", type=Path, help="document that the tables go into")
    return parser


def main() -> None:
    """Measure what is asked for, one part after the other."""
    parser = _parser()
    wanted = Wanted(**vars(parser.parse_args()))
    if unknown := [each for each in wanted.only if each not in PARTS]:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if wanted.rounds < 1 or wanted.tokens < 100 or wanted.messages < 400:
        parser.error("at least 1 round, 100 tokens, 400 messages")
    done = {name: measure(wanted, name) for name in wanted.only}
    if failed := [name for name, whole in done.items() if not whole]:
        sys.exit(f"not all measured: {', '.join(failed)}")


if __name__ == "__main__":
    main()
