"""Opens every picture of Pillow's own corpus: `python -m tests.fuzz.corpus pillow-13.0.0.tar.gz`.

Half of them are broken on purpose. Each has to be a picture or one line; nothing is unpacked to
the disk.
"""

from __future__ import annotations

import sys
import tarfile
import time
from pathlib import Path

from tests.fuzz.run import write
from tests.fuzz.targets import one_line
from tui.adapters.pillow import PillowReader
from tui.domain.errors import ImageError

BEGIN, END = "<!-- corpus: begin -->", "<!-- corpus: end -->"
FOLDER = "/Tests/images/"


def main(archive: Path, document: Path | None) -> None:
    """Open them, and say what came of it."""
    reader = PillowReader()
    opened = refused = 0
    slowest = (0.0, "")
    with tarfile.open(archive) as files:
        for member in files:
            stream = files.extractfile(member) if FOLDER in member.name else None
            if stream is None:
                continue
            start = time.thread_time()
            try:
                reader.decode(stream.read(), Path(member.name).name)
                opened += 1
            except ImageError as error:
                one_line(error)
                refused += 1
            slowest = max(slowest, (time.thread_time() - start, Path(member.name).name))
    text = (
        f"{archive.name.removesuffix('.tar.gz')}: {opened + refused} files, {opened} opened,"
        f" {refused} refused in one line, nothing else was raised; the slowest took"
        f" {slowest[0]:.1f} s of the processor ({slowest[1]})."
    )
    print(text)
    if document is not None:
        write(document, text, BEGIN, END)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
