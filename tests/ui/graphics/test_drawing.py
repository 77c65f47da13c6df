from __future__ import annotations

import io
import re
from base64 import b64decode

import pytest
from PIL import Image

from tests.ui.graphics.test_sixel import decode
from tui.ui.graphics.drawing import Pen, draw
from tui.ui.terminal.graphics import Mode

GROUND = (1, 2, 3)
CELL = (4, 9)
FLOATING: tuple[Mode, ...] = ("sixel", "iterm2")


def file(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def halves() -> Image.Image:
    """Red at the left, blue at the right."""
    picture = Image.new("RGB", (80, 36), "red")
    picture.paste("blue", (40, 0, 80, 36))
    return picture


def pixels(code: str) -> Image.Image:
    """What a code draws, as a picture."""
    if inlined := re.search(r"1337;File=[^:]*:([^\x07]*)\x07", code):
        return Image.open(io.BytesIO(b64decode(inlined[1]))).convert("RGB")
    found = re.search(r"\x1bP.*?\x1b\\", code, re.DOTALL)
    assert found is not None
    rows, palette = decode(found[0])
    picture = Image.new("RGB", (len(rows[0]), len(rows)))
    for y, row in enumerate(rows):
        for x, colour in enumerate(row):
            red, green, blue = (round(share * 255 / 100) for share in palette[colour])
            picture.putpixel((x, y), (red, green, blue))
    return picture


@pytest.mark.parametrize("mode", FLOATING)
def test_a_row_is_drawn_over_blank_cells_and_the_cursor_goes_on_behind_it(mode: Mode) -> None:
    drawing = draw(file(halves()), (20, 4), GROUND, Pen(mode, CELL))

    assert len(drawing.pixels) == len(drawing.cells) == 4
    code = drawing.pixels[0].code(0, 20)
    blanks = " " * 20
    assert code.startswith(f"\x1b7\x1b[48;2;1;2;3m{blanks}\x1b[0m\x1b8\x1b")
    assert code.endswith("\x1b8\x1b[20C")


@pytest.mark.parametrize("mode", FLOATING)
def test_every_part_of_a_row_has_the_pixels_of_its_cells(mode: Mode) -> None:
    drawing = draw(file(halves()), (20, 4), GROUND, Pen(mode, CELL))
    row = drawing.pixels[2]

    whole, part = pixels(row.code(0, 20)), pixels(row.code(8, 12))

    assert whole.size == (80, 9)
    assert part.size == (16, 9)
    assert part.tobytes() == whole.crop((32, 0, 48, 9)).tobytes()
    assert (part.getpixel((0, 8)), part.getpixel((15, 0))) == ((255, 0, 0), (0, 0, 255))


def test_kitty_gets_the_picture_before_its_rows() -> None:
    drawing = draw(file(halves()), (20, 4), GROUND, Pen("kitty", CELL, number=5))

    assert drawing.begin.startswith("\x1b_Ga=T,U=1,q=2,f=24,o=z,i=5,s=80,v=36,c=20,r=4,m=0;")
    assert drawing.end == "\x1b_Ga=d,d=I,i=5,q=2\x1b\\"
    assert [row.code(0, 1) for row in drawing.pixels] == [
        f"\x1b[38;2;0;0;5;48;2;1;2;3m\U0010eeee{mark}\u0305\x1b[0m"
        for mark in "\u0305\u030d\u030e\u0310"
    ]


@pytest.mark.parametrize("mode", FLOATING)
def test_the_shape_is_kept_and_what_is_left_is_ground(mode: Mode) -> None:
    square = Image.new("RGB", (50, 50), "white")

    drawing = draw(file(square), (20, 4), GROUND, Pen(mode, CELL))

    # 36 pixels high, so 36 of the 80 pixels across.
    row = pixels(drawing.pixels[1].code(0, 20))
    white = [x for x in range(80) if row.getpixel((x, 4)) == (255, 255, 255)]
    assert (len(white), white[0]) == (36, 22)


def test_a_part_is_drawn_in_place_of_the_whole() -> None:
    drawing = draw(file(halves()), (10, 4), GROUND, Pen("iterm2", CELL), (40, 0, 80, 36))

    assert pixels(drawing.pixels[3].code(0, 10)).getcolors() == [(360, (0, 0, 255))]


def test_an_animation_shows_its_first_frame() -> None:
    frames = [Image.new("RGB", (40, 36), colour) for colour in ("lime", "red")]
    data = file(frames[0], "GIF", save_all=True, append_images=frames[1:])

    drawing = draw(data, (10, 4), GROUND, Pen("iterm2", CELL))

    assert pixels(drawing.pixels[0].code(0, 10)).getcolors() == [(360, (0, 255, 0))]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_pictures_of_every_kind_are_drawn(mode: str) -> None:
    data = file(Image.new(mode, (40, 36)), "TIFF" if mode == "CMYK" else "PNG")

    assert len(draw(data, (10, 4), GROUND, Pen("sixel", CELL)).pixels) == 4


def test_what_is_clear_shows_the_ground() -> None:
    drawing = draw(file(Image.new("RGBA", (40, 36))), (10, 4), GROUND, Pen("iterm2", CELL))

    assert pixels(drawing.pixels[0].code(0, 10)).getcolors() == [(360, GROUND)]
    assert {str(segment.style) for segment in drawing.cells[0]} == {"rgb(1,2,3) on rgb(1,2,3)"}


def test_few_colours_are_enough() -> None:
    gradient = Image.linear_gradient("L").resize((80, 36))

    drawing = draw(file(gradient), (20, 4), GROUND, Pen("sixel", CELL, colours=16))

    used = {colour for row in drawing.pixels for colour in re.findall(r"#(\d+)", row.code(0, 20))}
    assert used <= {str(colour) for colour in range(16)}


def test_what_is_no_picture_is_said() -> None:
    with pytest.raises(OSError, match="cannot identify"):
        draw(b"hello", (10, 4), GROUND)
