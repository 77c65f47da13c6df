"""Where keys come from: environment, a command, the keychain, or a private file."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui.adapters import keychain
from tui.adapters.secrets_file import KeyFile
from tui.domain.errors import ConfigError
from tui.domain.safetext import clean_line
from tui.domain.secret import Secret

COMMAND_SECONDS = 10.0
KEYCHAIN_SECONDS = 3.0
_REMEMBER_SECONDS = 300.0
"""So that a chat does not wait for a keychain at each message; commands' keys may expire."""
_MOST_BYTES = 65_536
_FORMS = "env:NAME, cmd:COMMAND or stored"


class _NoKeychain(Exception):
    """There is none, or it failed."""


class _Slow(Exception):
    """A child took too long."""


class Secrets:
    """Finds and keeps keys. A key is never in arguments, messages or logs."""

    def __init__(self, file: Path, environ: Mapping[str, str] | None = None) -> None:
        """Use `file` where there is no keychain; `environ` instead of the process's own."""
        self._file = KeyFile(file)
        self._environ = os.environ if environ is None else environ
        self._known: dict[tuple[str, str], tuple[float, Secret]] = {}

    async def resolve(self, reference: str, *, name: str, env: Sequence[str] = ()) -> Secret | None:
        """Find a key.

        Args:
            reference: `env:NAME`, `cmd:COMMAND`, `stored`, or empty for the usual variables.
            name: The connection's name, under which a stored key is kept.
            env: The provider's usual variables, tried in order when `reference` is empty.

        Returns:
            None when the reference is empty and no variable is set.

        Raises:
            ConfigError: The variable is empty, the command failed, nothing is stored.
        """
        reference = reference.strip()
        if not reference:
            found = next((each for each in env if self._environ.get(each, "").strip()), "")
            return self._from_environment(found) if found else None
        kind, _, rest = reference.partition(":")
        if kind == "env" and rest.strip():
            return self._from_environment(rest.strip())
        if reference != "stored" and not (kind == "cmd" and rest.strip()):
            raise ConfigError(
                f"the key of {clean_line(name, 60)} must be {_FORMS}",
                hint="a key itself does not belong in config.yaml",
            )
        when, known = self._known.get((reference, name), (0.0, None))
        if known is None or time.monotonic() - when > _REMEMBER_SECONDS:
            known = await (self._stored(name) if kind == "stored" else _from_command(rest))
            self._known[reference, name] = (time.monotonic(), known)
        return known

    async def store(self, name: str, value: str) -> str:
        """Keep a key in the keychain or a 0600 file; gives back where, for people.

        Raises:
            ConfigError: The key is empty or has characters no key has.
            StorageError: The file cannot be written.
        """
        value = _checked(value, "the key").reveal()
        self._forget_known(name)
        try:
            await _ask_keychain("set", name, json.dumps(value))
            kept = await _ask_keychain("get", name) == json.dumps(value)
        except (_NoKeychain, _Slow):
            kept = False
        if kept:
            await asyncio.to_thread(self._file.remove, name)
            return "the system's keychain"
        await asyncio.to_thread(self._file.set, name, value)
        return f"{self._file.path}, readable by you only"

    async def forget(self, name: str) -> None:
        """Remove a stored key wherever it is.

        Raises:
            ConfigError: The keychain is locked, so that the key may still be there.
        """
        self._forget_known(name)
        await asyncio.to_thread(self._file.remove, name)
        with contextlib.suppress(_NoKeychain):
            try:
                await _ask_keychain("delete", name)
            except _Slow as error:
                raise _locked() from error

    def _forget_known(self, name: str) -> None:
        self._known = {key: value for key, value in self._known.items() if key[1] != name}

    def _from_environment(self, variable: str) -> Secret:
        value = self._environ.get(variable, "").strip()
        if not value:
            shown = clean_line(variable, 60)
            raise ConfigError(f"the variable {shown} is not set", hint="set it and start again")
        return _checked(value, f"the variable {clean_line(variable, 60)}", variable)

    async def _stored(self, name: str) -> Secret:
        kept = await asyncio.to_thread(self._file.get, name)
        if kept is not None:
            return _checked(kept, "the stored key", "the keys file")
        try:
            answer = await _ask_keychain("get", name)
            kept = json.loads(answer) if answer else None
        except _Slow as error:
            raise _locked() from error
        except (_NoKeychain, ValueError):
            kept = None
        if not isinstance(kept, str):
            raise ConfigError(
                f"no key is stored for {clean_line(name, 60)}",
                hint=f"enter it in the settings (F2), or set key to {_FORMS}",
            )
        return _checked(kept, "the stored key", "the keychain")


def _locked() -> ConfigError:
    return ConfigError(
        f"the keychain did not answer within {KEYCHAIN_SECONDS:g} seconds",
        hint="unlock it, or use env:NAME or cmd:COMMAND",
    )


def _checked(value: str, what: str, origin: str = "") -> Secret:
    value = value.strip()
    if not value:
        raise ConfigError(f"{what} is empty")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ConfigError(f"{what} has characters that no key has", hint="was it cut or quoted?")
    return Secret(value, origin=origin)


async def _from_command(command: str) -> Secret:
    """Run a command without a shell or a terminal; its first line is the key."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ConfigError("the key's command has an open quote") from error
    if not words:
        raise ConfigError("the key's command is empty")
    program = clean_line(Path(words[0]).name, 60)
    try:
        words[0] = _home_expanded(words[0])
        status, output = await _run(words, COMMAND_SECONDS)
    except _Slow as error:
        raise ConfigError(
            f"{program} gave no key within {COMMAND_SECONDS:g} seconds",
            hint="it must not ask anything; unlock it before",
        ) from error
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError(f"{program} cannot be run", hint="it should print the key") from error
    if status != 0:
        raise ConfigError(f"{program} failed with status {status}", hint="try it in a shell")
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return _checked(lines[0] if lines else "", f"what {program} printed", "cmd")


def _home_expanded(program: str) -> str:
    return str(Path(program).expanduser())


async def _ask_keychain(action: str, name: str, text: str = "") -> str:
    program = [sys.executable, "-P", str(Path(keychain.__file__)), action, name]
    try:
        status, output = await _run(program, KEYCHAIN_SECONDS, text.encode())
    except (OSError, ValueError) as error:
        raise _NoKeychain from error
    if status != 0:
        raise _NoKeychain
    return output.decode("utf-8", "replace")


async def _run(words: list[str], seconds: float, text: bytes = b"") -> tuple[int, bytes]:
    """Run a program in a session of its own, so that it cannot touch the terminal.

    Raises:
        _Slow: It ran or wrote too long; it was killed with its children.
        OSError: It could not be started.
    """
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            output = await _talk(process, text)
            return await process.wait(), output
    except TimeoutError:
        raise _Slow from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _talk(process: asyncio.subprocess.Process, text: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        return b""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(text)
        await process.stdin.drain()
    process.stdin.close()
    output = bytearray()
    while piece := await process.stdout.read(_MOST_BYTES):
        output += piece
        if len(output) > _MOST_BYTES:
            raise TimeoutError
    return bytes(output)
