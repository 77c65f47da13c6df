from __future__ import annotations

import asyncio
import stat
import sys
from pathlib import Path

import pytest

from tui.adapters import secrets
from tui.adapters.secrets import Secrets
from tui.adapters.secrets_file import KeyFile
from tui.domain.errors import AppError, ConfigError
from tui.domain.secret import Secret

KEY = "sk-very-secret-0123456789"

FAKE_KEYRING = """
import json, os, pathlib, time
from types import SimpleNamespace
class NoKeyringError(RuntimeError): ...
MODE = os.environ.get("FAKE_KEYRING", "none")
FILE = pathlib.Path(os.environ["FAKE_KEYRING_FILE"])
def _all():
    if MODE == "none": raise NoKeyringError
    if MODE == "locked": time.sleep(60)
    if MODE == "broken": raise RuntimeError("{key} leaked")
    return json.loads(FILE.read_text()) if FILE.exists() else {}
def get_password(service, name): return _all().get(name)
def set_password(service, name, value): FILE.write_text(json.dumps({**_all(), name: value}))
def delete_password(service, name):
    FILE.write_text(json.dumps({k: v for k, v in _all().items() if k != name}))
"""


class Keychain:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self._patch = monkeypatch
        package = tmp_path / "fake" / "keyring"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(FAKE_KEYRING)
        (package / "errors.py").write_text("from keyring import NoKeyringError")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "fake"))
        self.file = tmp_path / "keychain.json"
        monkeypatch.setenv("FAKE_KEYRING_FILE", str(self.file))
        self.be("none")

    def be(self, mode: str) -> None:
        self._patch.setenv("FAKE_KEYRING", mode)


@pytest.fixture(autouse=True)
def keychain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Keychain:
    return Keychain(monkeypatch, tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Secrets:
    return Secrets(tmp_path / "config" / "keys", {"SECOND": f" {KEY}\n", "EMPTY": ""})


def revealed(secret: Secret | None) -> tuple[str, str] | None:
    return (secret.reveal(), secret.origin) if secret else None


def python(code: str) -> str:
    return f'cmd:"{sys.executable}" -c "{code}"'


async def test_without_a_reference_the_usual_variables_are_tried(store: Secrets) -> None:
    found = await store.resolve("", name="x", env=("FIRST", "EMPTY", "SECOND"))

    assert revealed(found) == (KEY, "SECOND")
    assert await store.resolve("", name="x", env=("FIRST",)) is None


async def test_a_named_variable_must_be_set(store: Secrets) -> None:
    assert revealed(await store.resolve("env:SECOND", name="x")) == (KEY, "SECOND")
    with pytest.raises(ConfigError, match="EMPTY is not set"):
        await store.resolve("env:EMPTY", name="x")


async def test_a_command_prints_the_key_on_its_first_line(store: Secrets) -> None:
    found = await store.resolve(python(f"print('{KEY}'); print('user: me')"), name="x")

    assert revealed(found) == (KEY, "cmd")


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("cmd:no-such-program-here --x", "cannot be run"),
        ("cmd:'open", "open quote"),
        ("cmd:", "must be env:NAME"),
        (python(f"import sys; print('{KEY}'); sys.exit(4)"), "status 4"),
        (python("print()"), "is empty"),
        (python("print('two words')"), "characters that no key has"),
        (KEY, "must be env:NAME"),
    ],
)
async def test_failures_are_one_line_without_the_key(
    store: Secrets, reference: str, says: str
) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        await store.resolve(reference, name="x")

    assert KEY not in caught.value.line()
    assert "\n" not in caught.value.line()


@pytest.mark.parametrize("code", ["import time; time.sleep(50)", "while 1: print('x' * 999)"])
async def test_a_command_without_end_is_stopped(
    store: Secrets, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(secrets, "COMMAND_SECONDS", 0.5)

    with pytest.raises(ConfigError, match="gave no key"):
        await asyncio.wait_for(store.resolve(python(code), name="x"), 20)


async def test_a_command_cannot_use_the_terminal(store: Secrets) -> None:
    code = "import os; print(os.getsid(0) == os.getpid())"

    assert revealed(await store.resolve(python(code), name="x")) == ("True", "cmd")


async def test_no_shell_reads_the_command(store: Secrets, tmp_path: Path) -> None:
    found = await store.resolve(f"cmd:echo a;touch>{tmp_path}/b", name="x")

    assert found is not None
    assert not (tmp_path / "b").exists()


async def test_without_a_keychain_a_private_file_is_used(store: Secrets, tmp_path: Path) -> None:
    where = await store.store("cloud", f"{KEY}\n")

    file = tmp_path / "config" / "keys"
    assert str(file) in where
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert revealed(await store.resolve("stored", name="cloud")) == (KEY, "the keys file")


async def test_the_keychain_is_used_when_there_is_one(
    store: Secrets, keychain: Keychain, tmp_path: Path
) -> None:
    await store.store("cloud", "old-key")
    keychain.be("open")

    where = await store.store("cloud", KEY)

    assert "keychain" in where
    assert KEY in keychain.file.read_text()
    assert "old-key" not in (tmp_path / "config" / "keys").read_text()
    assert revealed(await store.resolve("stored", name="cloud")) == (KEY, "the keychain")
    await store.forget("cloud")
    with pytest.raises(ConfigError, match="no key is stored"):
        await store.resolve("stored", name="cloud")


async def test_a_locked_keychain_is_given_up_soon(
    store: Secrets, keychain: Keychain, monkeypatch: pytest.MonkeyPatch
) -> None:
    keychain.be("locked")
    monkeypatch.setattr(secrets, "KEYCHAIN_SECONDS", 0.3)

    with pytest.raises(ConfigError, match="did not answer"):
        await store.resolve("stored", name="cloud")
    assert "readable by you only" in await store.store("cloud", KEY)
    with pytest.raises(ConfigError, match="did not answer"):
        await store.forget("cloud")


async def test_a_keychain_that_fails_counts_as_none(store: Secrets, keychain: Keychain) -> None:
    keychain.be("broken")

    assert "readable by you only" in await store.store("cloud", KEY)


async def test_a_key_with_odd_characters_is_not_stored(store: Secrets) -> None:
    for value in ("", "  ", "a b", "a\x1b[31m", "schlüssel"):
        with pytest.raises(ConfigError):
            await store.store("cloud", value)


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys")
    file.set("a", KEY)
    file.path.chmod(0o640)

    with pytest.raises(ConfigError, match="can be read by others") as caught:
        file.get("a")
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize("content", [f'{{"a": "{KEY}', f'["{KEY}"]', "\xff"])
def test_a_damaged_key_file_says_nothing_of_its_content(tmp_path: Path, content: str) -> None:
    file = KeyFile(tmp_path / "keys")
    file.set("a", KEY)
    file.path.write_text(content, encoding="latin-1")

    with pytest.raises(AppError, match="damaged") as caught:
        file.get("a")
    assert KEY not in caught.value.line()
    assert caught.value.__cause__ is None


async def test_forgetting_what_is_not_stored_is_fine(store: Secrets) -> None:
    await store.forget("nothing")
