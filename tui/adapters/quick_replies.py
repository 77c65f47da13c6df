"""Quick replies: one YAML file for each set, read again when it changed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tui import paths as places
from tui.adapters import quick_reply_sets
from tui.adapters.config_node import Node
from tui.adapters.config_parsed import ParsedFiles
from tui.adapters.config_text import MAX_BYTES, placed, read_text
from tui.adapters.storage.atomic import write_atomic
from tui.domain.errors import ConfigError, StorageError
from tui.domain.quick_reply import QuickReply, QuickReplySet
from tui.domain.safetext import clean, clean_line

logger = logging.getLogger(__name__)

_ENDINGS = (".yaml", ".yml")
_LONGEST_NAME = 80
_LONGEST_TITLE = 300
_SET_SWITCHES = ("bar", "insert", "with_draft", "before_draft")
_REPLY_SWITCHES = ("bar", "hidden")
_FOREIGN = "sillytavern"

_Stamp = tuple[int, int]
"""When a file was changed, and how long it is."""


class YamlQuickReplies:
    """Keeps each set in a file that a person can read and write."""

    def __init__(self, folder: Path, parsed: Path | None = None) -> None:
        """Prepare; nothing is read yet.

        Args:
            folder: Where the sets are.
            parsed: Where to keep what was found in the files; None: nowhere.
        """
        self._folder = folder
        self._files = ParsedFiles(parsed)
        self._read: dict[Path, tuple[_Stamp, QuickReplySet | ConfigError]] = {}

    @property
    def problems(self) -> Sequence[ConfigError]:
        """Files that the last reading skipped, each with its reason and place."""
        return [what for _, what in self._read.values() if isinstance(what, ConfigError)]

    async def sets(self) -> Sequence[QuickReplySet]:
        """All that can be read, by name; a broken file is skipped, kept in `problems`, logged."""
        return await asyncio.to_thread(self._all)

    def _all(self) -> list[QuickReplySet]:
        found: dict[Path, tuple[_Stamp, QuickReplySet | ConfigError]] = {}
        for file, stamp in _files(self._folder):
            known = self._read.get(file)
            found[file] = known if known and known[0] == stamp else (stamp, self._one(file))
        self._read = found
        sets: dict[str, QuickReplySet] = {}
        for _, what in found.values():
            if isinstance(what, QuickReplySet):
                # A name means one set: the second file of it is called after itself, too.
                taken = what.name.casefold() in sets
                each = replace(what, name=f"{what.name} ({what.id})") if taken else what
                sets[each.name.casefold()] = each
        return [sets[name] for name in sorted(sets)]

    def _one(self, file: Path) -> QuickReplySet | ConfigError:
        try:
            text = read_text(file)
            root = self._files.parse(text, file) if text is not None else None
            return read(root, file.stem)
        except ConfigError as error:
            problem = placed(error, file)
            logger.warning("skipped quick replies: %s", problem.line())
            return problem

    async def save(self, changed: QuickReplySet) -> QuickReplySet:
        """Keep a set under its id, a new one under an id made of its name."""
        return await asyncio.to_thread(self._save, changed)

    def _save(self, changed: QuickReplySet) -> QuickReplySet:
        places.folder(self._folder)
        path = self._place(changed)
        kept = replace(changed, id=path.stem)
        text = quick_reply_sets.to_yaml(kept)
        if len(text.encode()) > MAX_BYTES:
            raise ConfigError(
                f"{clean_line(changed.name, 40)} would be larger than {MAX_BYTES:,} bytes",
                hint="make two sets of it",
            )
        if read(ParsedFiles().parse(text, path), path.stem) != kept:
            raise ConfigError(
                f"{clean_line(changed.name, 40)} holds something that a YAML file cannot keep"
            )
        write_atomic(path, text.encode())
        return kept

    def _place(self, changed: QuickReplySet) -> Path:
        if changed.id:
            known = (self._folder / f"{changed.id}{ending}" for ending in _ENDINGS)
            return next(
                (path for path in known if path.exists()), self._folder / f"{changed.id}.yaml"
            )
        name = re.sub(r"[^\w-]+", "-", changed.name).strip("-")[:40] or "set"
        numbered = (f"{name}-{number}" for number in range(2, 10_000))
        for each in (name, *numbered):
            if not (self._folder / f"{each}.yaml").exists():
                return self._folder / f"{each}.yaml"
        raise StorageError(f"there are too many sets called {name}")

    async def remove(self, set_id: str) -> None:
        """Delete a set's file."""
        await asyncio.to_thread(self._remove, set_id)

    def _remove(self, set_id: str) -> None:
        for ending in _ENDINGS:
            try:
                with contextlib.suppress(FileNotFoundError):
                    (self._folder / f"{set_id}{ending}").unlink()
            except OSError as error:
                reason = (error.strerror or "unknown reason").lower()
                raise StorageError(f"cannot delete {set_id}{ending}", hint=reason) from error

    async def foreign(self, path: Path) -> QuickReplySet:
        """Read a set as SillyTavern exports it."""
        return await asyncio.to_thread(quick_reply_sets.from_json, path)

    def to_foreign(self, wanted: QuickReplySet) -> str:
        """A set as SillyTavern imports it: JSON."""
        return quick_reply_sets.to_json(wanted)


def _files(folder: Path) -> Iterator[tuple[Path, _Stamp]]:
    try:
        files = sorted(folder.iterdir())
    except OSError:
        return
    for file in files:
        if file.suffix.lower() in _ENDINGS and not file.name.startswith("."):
            with contextlib.suppress(OSError):
                facts = file.stat()
                yield file, (facts.st_mtime_ns, facts.st_size)


def read(root: Node | None, name: str) -> QuickReplySet:
    """Say what a file holds.

    Args:
        root: What stands in it.
        name: Its name without the ending, for a set that does not say its own.

    Raises:
        ConfigError: With line and column.
    """
    if root is None or root.kind != "mapping":
        raise ConfigError("must hold `name: value` lines")
    replies = root.get("replies")
    if replies is None or replies.kind != "sequence":
        raise _wrong(replies or root, "replies must be a list", "replies")
    labelled = tuple(_reply(node) for node in replies.items)
    labels = [each.label for each in labelled]
    for at, label in enumerate(labels):
        if label in labels[:at]:
            raise _wrong(replies.items[at], f"the label {clean_line(label, 40)!r} is there twice")
    called = clean_line(_text(root, "name"), _LONGEST_NAME).strip()
    return QuickReplySet(
        called or clean_line(name, _LONGEST_NAME),
        labelled,
        **{switch: _switch(root, switch) for switch in _SET_SWITCHES},
        foreign=_foreign(root),
        id=name,
    )


def _reply(node: Node) -> QuickReply:
    if node.kind != "mapping":
        raise _wrong(node, "a quick reply must hold `label:` and `script:`")
    label = clean_line(_text(node, "label"), _LONGEST_NAME).strip()
    if not label:
        raise _wrong(node, "a quick reply needs a label", "label")
    return QuickReply(
        label,
        clean(_text(node, "script")),
        clean_line(_text(node, "title"), _LONGEST_TITLE).strip(),
        **{switch: _switch(node, switch) for switch in _REPLY_SWITCHES},
        foreign=_foreign(node),
    )


def _text(node: Node, key: str) -> str:
    value = node.get(key)
    if value is None or value.empty:
        return ""
    if value.kind != "scalar":
        raise _wrong(value, f"{key} must be text", key)
    return value.text


def _switch(node: Node, key: str) -> bool:
    value = node.get(key)
    if value is None or value.empty:
        return False
    if not isinstance(value.value, bool):
        raise _wrong(value, f"{key} must be true or false", key)
    return value.value


def _foreign(node: Node) -> Mapping[str, object]:
    value = node.get(_FOREIGN)
    plain = value.plain() if value is not None else None
    return plain if isinstance(plain, dict) else {}


def _wrong(node: Node, message: str, key: str = "") -> ConfigError:
    return ConfigError(message, line=node.line, column=node.column, key=key)
