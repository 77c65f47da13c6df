"""Rules that no linter checks: sizes, names, and what an import drags in."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tui"

LONGEST_MODULE = 300
LONGEST_FUNCTION = 60
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "base"}

HEAVY = {
    "PIL", "hf_xet", "httpcore", "httpx", "huggingface_hub", "keyring", "linkify_it",
    "markdown_it", "mdurl", "msgspec", "numpy", "onnxruntime", "openai", "pillow_heif", "pygments",
    "pytest", "regex", "rich_pixels", "tokenizers", "torch", "transformers",
}  # fmt: skip
"""None of these may load before the first paint, whatever is added."""
ALLOWED = {
    "import tui.cli.main": set[str](),
    "from tui.cli.arguments import parse; parse([])": set[str](),
    "import tui.bootstrap": set[str](),
    "import os; from tui.bootstrap import build; from tui.paths import find;"
    "build(find(), {}, os.environ)": {
        "yaml",  # the settings are read before anything else can be decided
    },
    "import tui.ui.app": {
        "textual",
        "rich",  # Textual draws with it
        "platformdirs",  # Textual's
        "typing_extensions",  # Textual's
    },
}
"""What each brings in from outside the standard library."""
BYPRODUCTS = {"_cython_3_1_4", "_distutils_hack", "cython_runtime", "_yaml"}
"""Modules that others make up as they load."""

OPENED = """
import asyncio, os
from tui.bootstrap import build
from tui.paths import find
from tui.ui.app import SalonApp

async def main():
    paths = find()
    app = SalonApp(build(paths, {"ui.probe_local_servers": False}, os.environ), paths)
    async with app.run_test() as pilot:
        await pilot.press("h", "i")
        assert app.chat.composer.text == "hi"

asyncio.run(main())
"""


def modules() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")


def test_no_module_is_too_long() -> None:
    too_long = {
        name: lines for name, text in modules() if (lines := text.count("\n")) > LONGEST_MODULE
    }

    assert too_long == {}


def test_no_function_is_too_long() -> None:
    too_long = [
        f"{name}: {function.name}"
        for name, text in modules()
        for function in ast.walk(ast.parse(text))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and length(function) > LONGEST_FUNCTION
    ]

    assert too_long == []


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        first = function.body[0]
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name for name, _ in modules() if VAGUE & set(name.removesuffix(".py").split("/"))] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [name for name, text in modules() if not ast.get_docstring(ast.parse(text))] == []


def loaded_by(code: str) -> set[str]:
    """Names of the top-level packages that running some code in a fresh process loads."""
    script = (
        f"import sys\nbefore = set(sys.modules)\n{code}\n"
        "names = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print('LOADED', *sorted(names - set(sys.stdlib_module_names)), file=sys.__stdout__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=50
    )
    assert done.returncode == 0, done.stderr
    last = next(line for line in done.stdout.splitlines() if line.startswith("LOADED"))
    return set(last.split()[1:]) - {"tui"} - BYPRODUCTS


@pytest.mark.parametrize("code", ALLOWED)
def test_an_import_brings_in_nothing_unasked(code: str) -> None:
    assert loaded_by(code) - ALLOWED[code] == set()


def test_nothing_heavy_is_loaded_before_the_first_key() -> None:
    assert loaded_by(OPENED) & HEAVY == set()


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(linter), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )

    assert done.returncode == 0, done.stdout
