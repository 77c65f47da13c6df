from __future__ import annotations

import random
import re
import zlib
from base64 import b64decode

from tui.ui.graphics.kitty import MARKS, MOST, KittyRow, delete, through_tmux, upload


def test_a_picture_is_sent_byte_for_byte_as_the_protocol_says() -> None:
    sent = upload(0x010203, b"\xff\x00\x00", (1, 1), (2, 1), tmux=False)

    data = "eJz7z8AAAAMAAQA="
    assert zlib.decompress(b64decode(data)) == b"\xff\x00\x00"
    assert sent == f"\x1b_Ga=T,U=1,q=2,f=24,o=z,i=66051,s=1,v=1,c=2,r=1,m=0;{data}\x1b\\"


def test_a_large_picture_goes_in_chunks_and_comes_out_whole() -> None:
    pixels = random.Random(1).randbytes(60 * 60 * 3)

    sent = upload(7, pixels, (60, 60), (6, 3), tmux=False)

    chunks = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", sent)
    assert "".join(f"\x1b_G{keys};{data}\x1b\\" for keys, data in chunks) == sent
    assert len(chunks) == 4
    assert [keys for keys, _ in chunks[1:]] == ["q=2,m=1", "q=2,m=1", "q=2,m=0"]
    assert chunks[0][0].endswith(",m=1")
    assert {len(data) for _, data in chunks[:-1]} == {4096}
    assert zlib.decompress(b64decode("".join(data for _, data in chunks))) == pixels


def test_tmux_hands_on_what_is_wrapped() -> None:
    assert through_tmux("\x1b_Gx\x1b\\") == "\x1bPtmux;\x1b\x1b_Gx\x1b\x1b\\\x1b\\"
    sent = upload(7, random.Random(1).randbytes(9000), (60, 50), (6, 3), tmux=True)
    assert sent.count("\x1bPtmux;\x1b\x1b_G") == len(sent.split("\x1b\x1b\\\x1b\\")) - 1 == 3
    assert delete(7, tmux=True) == "\x1bPtmux;\x1b\x1b_Ga=d,d=I,i=7,q=2\x1b\x1b\\\x1b\\"


def test_it_is_forgotten_by_its_number() -> None:
    assert delete(7, tmux=False) == "\x1b_Ga=d,d=I,i=7,q=2\x1b\\"


def test_a_row_is_placeholders_with_row_and_column_in_the_colour_of_its_number() -> None:
    row = KittyRow(0x010203, 1, 4, (9, 8, 7))

    cells = "\U0010eeee\u030d\u030d\U0010eeee\u030d\u030e"
    assert row.code(1, 3) == f"\x1b[38;2;1;2;3;48;2;9;8;7m{cells}\x1b[0m"


def test_the_marks_are_those_that_kitty_counts_with() -> None:
    assert len(MARKS) == len(set(MARKS)) == MOST == 297
    assert MARKS[:5] == list("\u0305\u030d\u030e\u0310\u0312")
    assert (MARKS[-2], MARKS[-1]) == ("\U0001d243", "\U0001d244")
