"""Reads the settings: defaults, the person's file, environment, flags; later wins.

The defaults are those of `Settings`: the file that ships says the same for people to read. Nothing
in the others stops Salon. A file that is no YAML gives way to its last good copy; a single bad
value gives way to the last good one or the one below; both are reported with their place.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tui import paths as places
from tui.adapters import config_schema as schema
from tui.adapters.config_node import Node, resolve
from tui.adapters.config_parsed import ParsedFiles
from tui.adapters.config_text import placed, read_text
from tui.adapters.storage.atomic import write_atomic
from tui.domain.errors import AppError, ConfigError
from tui.domain.settings import ConnectionSettings, Settings

logger = logging.getLogger(__name__)

FLAG = "flag"
PREFIX = "SALON_"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force and how they came about."""

    settings: Settings
    problems: list[ConfigError] = field(default_factory=list)
    """What was wrong, with file, line and column where there are any."""
    origins: dict[str, str] = field(default_factory=dict)
    """Dotted path to "config.yaml", a variable's name or "flag"; absent: the default."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One value of one layer."""

    path: schema.Path
    value: object
    origin: str
    text: str | None = None
    """How an unquoted scalar was written."""
    file: Path | None = None
    line: int | None = None
    column: int | None = None


@dataclass(slots=True)
class _Result:
    settings: Settings = field(default_factory=Settings)
    problems: list[ConfigError] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)

    def apply(self, leaf: _Leaf) -> bool:
        """Put one value in; False and a problem when it makes no sense."""
        try:
            self.settings = schema.assign(self.settings, leaf.path, leaf.value, leaf.text)
        except ConfigError as error:
            self.problems.append(placed(error, leaf.file, leaf.line, leaf.column, leaf.origin))
            return False
        if leaf.origin:
            self.origins[schema.dotted(leaf.path)] = leaf.origin
        return True


def load(
    paths: places.Paths,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
) -> Loaded:
    """Read all layers. Never raises for what is in them.

    Args:
        paths: Where the person's file and its last good copy are.
        environ: `SALON_SECTION_FIELD` variables; empty ones count as not set.
        flags: Dotted paths with their values; None values are left out.
    """
    result = _Result()
    files = ParsedFiles(paths.parsed)
    _apply_user(paths, files, result)
    for leaf in (*_environment(environ or {}, result.problems), *_flags(flags or {}, result)):
        result.apply(leaf)
    return Loaded(result.settings, result.problems, result.origins)


def last_good(paths: places.Paths) -> Path:
    """Where the copy of the person's file is that was read without a complaint."""
    return paths.state / "config.last-good.yaml"


def _apply_user(paths: places.Paths, files: ParsedFiles, result: _Result) -> None:
    file, copy = paths.settings, last_good(paths)
    try:
        text = read_text(file)
        if text is None:
            return
        leaves = list(_leaves(files.parse(text, file), file, "config.yaml", result.problems))
    except ConfigError as error:
        known = _last_good_leaves(files, copy)
        hint = "the last good settings are used" if known else "the defaults are used"
        error.hint = error.hint or hint
        result.problems.append(placed(error, file))
        for leaf in known:
            result.apply(leaf)
        return
    failed = {leaf.path for leaf in leaves if not result.apply(leaf)}
    if failed:
        for leaf in _last_good_leaves(files, copy):
            if leaf.path in failed:
                result.apply(leaf)
    else:
        _keep(copy, text)


def _last_good_leaves(files: ParsedFiles, copy: Path) -> list[_Leaf]:
    try:
        text = read_text(copy)
        return (
            [] if text is None else list(_leaves(files.parse(text, copy), copy, "config.yaml", []))
        )
    except ConfigError:
        return []


def _keep(copy: Path, text: str) -> None:
    try:
        if read_text(copy) != text:
            places.folder(copy.parent)
            write_atomic(copy, text.encode())
    except AppError as error:
        logger.warning("last good settings not kept: %s", error.line())


def _leaves(
    root: Node | None, file: Path, origin: str, problems: list[ConfigError]
) -> Iterator[_Leaf]:
    """Walk a file along the known settings; what is not known becomes a problem."""
    if root is None or root.empty:
        return
    if root.kind != "mapping":
        raise ConfigError(
            "the settings must be groups of `name: value`", file=file, line=root.line, column=1
        )
    walker = _Walker(file, origin, problems)
    for alias, path in schema.ALIASES.items():
        node: Node | None = root
        for part in alias:
            node = node.get(part) if node is not None and node.kind == "mapping" else None
        if node is not None:
            yield walker.leaf(path, node)
    for key, node in root.entries:
        yield from walker.top(key, node)


class _Walker:
    def __init__(self, file: Path, origin: str, problems: list[ConfigError]) -> None:
        self._file = file
        self._origin = origin
        self._problems = problems

    def leaf(self, path: schema.Path, node: Node) -> _Leaf:
        plain = node.kind == "scalar" and not node.style
        text = node.text if plain else None
        return _Leaf(path, node.plain(), self._origin, text, self._file, node.line, node.column)

    def top(self, key: Node, node: Node) -> Iterator[_Leaf]:
        name = key.text
        if name == "keys":
            for entry, value in self._group((name,), node):
                yield self.leaf((name, entry.text), value)
        elif name == "connections":
            for entry, value in self._group((name,), node):
                yield from self._connection(entry, value)
        elif name in schema.sections():
            yield from self._fields((name,), node, schema.sections()[name])
        elif not any(alias[0] == name for alias in schema.ALIASES):
            self._report(schema.unknown((name,)), key)

    def _connection(self, key: Node, node: Node) -> Iterator[_Leaf]:
        path = ("connections", key.text)
        yield _Leaf(path, None, self._origin)
        yield from self._fields(path, node, ConnectionSettings)

    def _fields(self, path: schema.Path, node: Node, kind: type) -> Iterator[_Leaf]:
        known = schema.hints(kind)
        for key, value in self._group(path, node):
            if key.text in known:
                yield self.leaf((*path, key.text), value)
            else:
                self._report(schema.unknown((*path, key.text)), key)

    def _group(self, path: schema.Path, node: Node) -> list[tuple[Node, Node]]:
        if node.kind != "mapping" and not node.empty:
            message = f"{schema.dotted(path)} must be a group of `name: value`"
            self._report(ConfigError(message, key=schema.dotted(path)), node)
            return []
        return node.entries

    def _report(self, error: ConfigError, node: Node) -> None:
        self._problems.append(placed(error, self._file, node.line, node.column))


def _environment(environ: Mapping[str, str], problems: list[ConfigError]) -> Iterator[_Leaf]:
    prefixes = tuple(f"{PREFIX}{section.upper()}_" for section in schema.sections())
    given = sorted(each for each in environ.items() if each[0].startswith(prefixes) and each[1])
    if not given:
        # What there is of settings takes a while to find out.
        return
    known = {
        _variable(section, name): (section, name)
        for section, kind in schema.sections().items()
        for name in schema.hints(kind)
    }
    for variable, value in given:
        section, _, name = variable.removeprefix(PREFIX).partition("_")
        path = known.get(_variable(section, name))
        if path is not None:
            yield _Leaf(path, resolve(value), variable, value)
        else:
            error = schema.unknown((section.lower(), name.lower()))
            problems.append(placed(error, None, origin=variable))


def _variable(section: str, name: str) -> str:
    return f"{section}_{name.replace('_', '')}".upper()


def _flags(flags: Mapping[str, object], result: _Result) -> Iterator[_Leaf]:
    for dotted, value in flags.items():
        if value is None:
            continue
        try:
            path = schema.split(dotted)
        except ConfigError as error:
            result.problems.append(placed(error, None, origin=FLAG))
            continue
        text = value if isinstance(value, str) else None
        yield _Leaf(path, resolve(value) if isinstance(value, str) else value, FLAG, text)
