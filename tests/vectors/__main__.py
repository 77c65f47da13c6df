"""Runs recordings of the original's engine: `python -m tests.vectors FILE…`.

Each line of a file is one case as JSON: `script` with what it is to do (`calls`, `pipe`, `aborted`,
`error`), or `template` and `caption` with the `output`. Without a file, those beside this module
are run. Ends with "N of M agree"; the exit code is 0 when at least 98 in 100 do.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.vectors import macro_case, script_case

HERE = Path(__file__).parent
ENOUGH = 0.98


def read(path: Path) -> list[dict[str, Any]]:
    """The cases of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


async def difference(case: dict[str, Any]) -> str:
    """How ours differs from the recording, in one line; empty: it does not."""
    if "template" in case:
        wanted: Any = case["output"]
        got: Any = macro_case.run(case)
    else:
        wanted = {key: case[key] for key in script_case.KEYS if key in case}
        ran = await script_case.run(case)
        got = {key: ran[key] for key in wanted}
    if got == wanted:
        return ""
    source = case.get("script", case.get("template"))
    return f"{case.get('id', '?')}: {source!r}\n  wanted {wanted!r}\n  got    {got!r}"


async def main(names: Sequence[str]) -> int:
    """Run the cases of the files and say how many agree."""
    paths = [Path(name) for name in names] or sorted(HERE.glob("*.jsonl"))
    cases = [case for path in paths for case in read(path)]
    differences = [told for case in cases if (told := await difference(case))]
    agreeing = len(cases) - len(differences)
    sys.stdout.write("\n".join([*differences, f"{agreeing} of {len(cases)} agree\n"]))
    return 0 if agreeing >= ENOUGH * len(cases) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
