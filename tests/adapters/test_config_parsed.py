from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.adapters.config_parsed import ParsedFiles
from tui.adapters.config_yaml import parse
from tui.domain.errors import ConfigError

TEXT = """\
# with a comment
chat: {connection: "kitchen", keys: [1, 2.5, yes, ~]}
story: |-
  two
  lines
"""
FILE = Path("config.yaml")


def kept(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_what_was_read_once_is_the_same_the_second_time(tmp_path: Path) -> None:
    files = ParsedFiles(tmp_path)

    assert files.parse(TEXT, FILE) == parse(TEXT, FILE)
    assert files.parse(TEXT, FILE) == parse(TEXT, FILE)
    assert kept(tmp_path).stat().st_mode & 0o777 == 0o600


def test_a_changed_text_is_read_anew_and_takes_the_old_ones_place(tmp_path: Path) -> None:
    files = ParsedFiles(tmp_path)
    files.parse(TEXT, FILE)

    assert files.parse("chat: 1", FILE) == parse("chat: 1", FILE)
    assert files.parse("chat: 1", FILE) == parse("chat: 1", FILE)
    assert kept(tmp_path)


def test_files_of_the_same_name_do_not_meet(tmp_path: Path) -> None:
    files = ParsedFiles(tmp_path)
    files.parse("a: 1", Path("one/salon.yaml"))
    files.parse("a: 2", Path("two/salon.yaml"))

    assert len(list(tmp_path.iterdir())) == 2


def test_a_text_without_anything_is_known_too(tmp_path: Path) -> None:
    files = ParsedFiles(tmp_path)

    assert files.parse("# nothing", FILE) is None
    assert files.parse("# nothing", FILE) is None


def test_an_error_is_told_each_time(tmp_path: Path) -> None:
    files = ParsedFiles(tmp_path)
    for _ in range(2):
        with pytest.raises(ConfigError, match="twice"):
            files.parse("a: 1\na: 2", FILE)


DAMAGE = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"",
            b"{}",
            b"[]",
            b"null",
            b'{"version": 1}',
            b'{"version": 1, "text": "a: 1"}',
            b'{"version": 1, "text": "a: 1", "root": [[], [], []]}',
            b'{"version": 1, "text": "a: 1", "root": 3}',
            b'{"version": 0, "text": "a: 1", "root": null}',
            b"[" * 5000,
        ]
    ),
)


@given(DAMAGE)
def test_a_damaged_copy_is_made_anew(
    tmp_path_factory: pytest.TempPathFactory, damage: bytes
) -> None:
    folder = tmp_path_factory.mktemp("parsed")
    files = ParsedFiles(folder)
    files.parse("a: 1", FILE)
    kept(folder).write_bytes(damage)

    assert files.parse("a: 1", FILE) == parse("a: 1", FILE)
    assert kept(folder).read_bytes() != damage


def test_a_folder_that_cannot_be_made_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert ParsedFiles(tmp_path / "file" / "parsed").parse("a: 1", FILE) == parse("a: 1", FILE)


def test_nothing_is_kept_without_a_folder(tmp_path: Path) -> None:
    assert ParsedFiles().parse("a: 1", FILE) == parse("a: 1", FILE)
    assert not list(tmp_path.iterdir())


def test_the_yaml_library_is_loaded_only_for_what_is_new(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tui.adapters.config_parsed import ParsedFiles;"
        f"ParsedFiles(Path({str(tmp_path)!r})).parse('a: 1', Path('x.yaml'));"
        "print('yaml' in sys.modules)"
    )
    said = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]

    assert [each.stdout.strip() for each in said] == ["True", "False"]


def test_half_a_character_is_told_with_its_place() -> None:
    with pytest.raises(ConfigError, match="does not allow") as caught:
        parse("chat:\n  a: \ud800", Path("config.yaml"))
    assert (caught.value.at_line, caught.value.at_column) == (2, 6)
