"""The programs that are measured, a row each: how one starts, is ready, and is asked.

A peer that is on the search path, or in a folder that was named, is measured; the others are left
out. Each gets an empty home with no more in it than where the server is.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.backend import MODEL
from bench.session import Session

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ROOT / "benchmarks" / "apps"
BARE, MARKDOWN, SALON = "bare app", "Markdown stream", "salon"


@dataclass(frozen=True)
class Place:
    """Where a program is at home, and where its server is."""

    home: Path
    url: str = "http://127.0.0.1:9"

    def write(self, name: str, text: str) -> None:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _nothing(_: Place) -> None:
    """No file is needed."""


@dataclass(frozen=True)
class Program:
    """One row."""

    name: str
    ready: str
    """Pattern that is on the screen once there is a prompt."""
    argv: Sequence[str]
    environ: Mapping[str, str]
    """With `{home}`, `{url}` and `{port}` for those of the place."""
    prepare: Callable[[Place], None] = _nothing
    submit: str = "\r"
    wait: float = 0.0
    """Seconds for which it works on after it is ready; the others have none to speak of."""
    streams: bool = True

    def start(self, place: Place) -> Session:
        """Run it in a terminal; its files must have been prepared."""
        port = place.url.rpartition(":")[2]
        filled = {"home": str(place.home), "url": place.url, "port": port}
        environ = {key: value.format(**filled) for key, value in self.environ.items()}
        argv = [each.format(**filled) for each in self.argv]
        work = place.home / "work"
        work.mkdir(exist_ok=True)
        return Session(argv, {**_plain(place.home), **environ}, work)


def _plain(home: Path) -> dict[str, str]:
    """An environment that is the same on every machine."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "USER": "bench",
        "SHELL": "/bin/sh",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "NO_PROXY": "127.0.0.1,localhost",
        "PYTHONPATH": str(ROOT),
    }


def _salon(place: Place) -> None:
    place.write(
        "salon/config/config.yaml",
        f"connections:\n  bench:\n    provider: custom\n    url: {place.url}/v1\n"
        f"    model: {MODEL}\nchat:\n  connection: bench\n",
    )


def _elia(place: Place) -> None:
    place.write(
        ".config/elia/config.toml",
        'default_model = "bench"\n[[models]]\nid = "bench"\n'
        f'name = "openai/{MODEL}"\napi_base = "{place.url}/v1"\napi_key = "none"\n',
    )


def _oterm(place: Place) -> None:
    """Its chat is made beforehand; without one it opens a dialog."""
    settings = {"theme": "textual-dark", "splash-screen": False}
    place.write(".local/share/oterm/config.json", json.dumps(settings))
    database = sqlite3.connect(place.home / ".local/share/oterm/store.db")
    database.executescript(
        'CREATE TABLE "chat" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "name" TEXT,'
        ' "model" TEXT NOT NULL, "system" TEXT, "provider" TEXT DEFAULT "ollama",'
        ' "parameters" TEXT DEFAULT "{}", "tools" TEXT DEFAULT "[]", "thinking" BOOLEAN DEFAULT 0);'
        'CREATE TABLE "message" ("id" INTEGER PRIMARY KEY AUTOINCREMENT,'
        ' "chat_id" INTEGER NOT NULL REFERENCES "chat"("id") ON DELETE CASCADE,'
        ' "author" TEXT NOT NULL, "text" TEXT NOT NULL, "images" TEXT DEFAULT "[]");'
        f"PRAGMA user_version = {26 << 8 | 1};"
        f"INSERT INTO chat(name, model, system) VALUES ('bench chat', '{MODEL}', '');"
    )
    database.close()


def _parllama(place: Place) -> None:
    settings = {
        "schema_version": 2,
        "starting_tab": "Chat",
        "last_tab": "Chat",
        "use_last_tab_on_startup": True,
        "last_llm_config": {"provider": "Ollama", "model_name": f"{MODEL}:latest"},
        "ollama": {"ollama_host": place.url},
        "ui": {"show_first_run": False, "check_for_updates": False},
        "chat": {"auto_name_session": False},
    }
    place.write(".local/share/parllama/settings.json", json.dumps(settings))


def _codex(place: Place) -> None:
    place.write(
        ".codex/config.toml",
        f'model = "{MODEL}"\nmodel_provider = "bench"\napproval_policy = "never"\n'
        'sandbox_mode = "read-only"\ncheck_for_update_on_startup = false\n'
        f'[model_providers.bench]\nname = "bench"\nbase_url = "{place.url}/v1"\n'
        'wire_api = "responses"\nenv_key = "BENCH_KEY"\nrequest_max_retries = 0\n'
        "[analytics]\nenabled = false\n"
        f'[projects."{place.home}/work"]\ntrust_level = "trusted"\n'
        "[tui]\nanimations = false\nshow_tooltips = false\n",
    )


OURS = (
    Program(BARE, "BARE-READY", (sys.executable, str(APPS / "bare.py")), {}, streams=False),
    Program(
        MARKDOWN, "STREAM-READY", (sys.executable, str(APPS / "markdown_stream.py"), "{port}"), {}
    ),
    Program(SALON, MODEL, (sys.executable, "-m", "tui"), {"SALON_HOME": "{home}/salon"}, _salon),
)
PEERS = (
    Program(
        "elia",
        "Enter your message",
        ("elia",),
        {"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        _elia,
        submit="\n",
    ),
    Program("oterm", "bench chat", ("oterm",), {"OLLAMA_URL": "{url}"}, _oterm),
    Program("parllama", "Type a message", ("parllama",), {"OLLAMA_HOST": "{url}"}, _parllama),
    Program("codex", "Ask Codex to do", ("codex",), {"BENCH_KEY": "none"}, _codex, wait=8.0),
)


def find_peers(
    names: Sequence[str], folders: Sequence[Path]
) -> tuple[list[Program], dict[str, str]]:
    """Those that are installed, and for the others why they are left out."""
    known = {peer.name: peer for peer in PEERS}
    search = os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)])
    found, missing = [], {}
    for name in names:
        path = shutil.which(name, path=search)
        if name not in known:
            missing[name] = "no row for it in benchmarks/bench/programs.py"
        elif path is None:
            missing[name] = "not installed"
        else:
            peer = known[name]
            argv = (path, *peer.argv[1:])
            found.append(Program(**{**vars(peer), "argv": argv}))
    return found, missing
