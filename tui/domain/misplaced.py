"""Keys that stand where they would be kept in clear, or shown: as a name, a model, an address."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from tui.domain.settings import ConnectionSettings

_KEY = re.compile(r"(?=.*\d)((sk|pk|rk|gsk|xai|hf|ghp|r8|nvapi|pplx)[-_][\w-]{16,}|AIza[\w-]{16,})")
"""How keys of known services look; names of models and variables may begin alike."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEPT = "env:NAME, cmd:COMMAND or stored says where a key is"


def misplaced_key(settings: ConnectionSettings) -> str:
    """What is wrong with where a key stands, without showing it; empty when nothing is."""
    for field, reference in (("key", settings.key), ("proxy_key", settings.proxy_key)):
        place, _, rest = reference.partition(":")
        if reference and reference != "stored" and place not in ("env", "cmd"):
            return f"{field} must name where the key is, not be it: {_KEPT}"
        if place == "env" and (not _NAME.fullmatch(rest) or _KEY.fullmatch(rest)):
            return f"{field}: what stands behind env: is no name of a variable: {_KEPT}"
        if place == "cmd" and _KEY.fullmatch(rest.strip()):
            return f"{field}: what stands behind cmd: is no command: {_KEPT}"
    if _KEY.fullmatch(settings.model):
        return f"model: this looks like a key: {_KEPT}"
    for field, address in (("url", settings.url), ("proxy", settings.proxy)):
        if _holds_key(address):
            return f"{field}: the address has a key in it: {_KEPT}"
    return ""


def _holds_key(address: str) -> bool:
    try:
        parts = urlsplit(address if "://" in address else f"//{address}")
        named = {name.lower() for name, value in parse_qsl(parts.query) if value}
        return bool(parts.password) or any("key" in name or "token" in name for name in named)
    except ValueError:  # no address at all, which is told elsewhere
        return False
