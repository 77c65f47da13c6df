"""Finds model servers on this machine's own ports."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from tui.adapters.failures import Origin
from tui.adapters.http import Call, Http
from tui.adapters.providers import address, listing
from tui.adapters.wire import as_dict, as_text, items
from tui.domain.connection import Endpoint, FoundServer, Model, Provider
from tui.domain.errors import AppError
from tui.domain.safetext import clean_line

TOTAL_SECONDS = 1.0
_SIGN_SECONDS = 0.5
_HOST = "127.0.0.1"
_SIGNS = {
    "koboldcpp": "/api/extra/version",
    "llamacpp": "/props",
    "lmstudio": "/api/v0/models",
    "ooba": "/v1/internal/model/info",
    "ollama": "/api/version",
    "extras": "/api/modules",
    "a1111": "/sdapi/v1/options",
    "comfyui": "/system_stats",
    "vllm": "/version",
    "models": "/v1/models",
}
"""Where each kind of server gives itself away; they imitate one another's other addresses."""
_OF_THEIR_OWN = frozenset(("ollama", "extras", "a1111", "comfyui"))
"""Those who are something else where they list models as OpenAI does."""


async def discover(providers: Mapping[str, Provider], client: Http) -> list[FoundServer]:
    """Ask the ports where the providers usually listen, all at once.

    Takes at most a second and never raises: what does not answer properly is not there.
    """
    ports = {port: row for row in providers.values() for port in row.probe_ports}
    tasks = [
        asyncio.create_task(_look(port, row, providers, client)) for port, row in ports.items()
    ]
    try:
        async with asyncio.timeout(TOTAL_SECONDS):
            found = await asyncio.gather(*tasks)
    except TimeoutError:
        found = [task.result() for task in tasks if task.done() and not task.cancelled()]
    return [server for server in found if server is not None]


async def _look(
    port: int, usual: Provider, providers: Mapping[str, Provider], client: Http
) -> FoundServer | None:
    loop = asyncio.get_running_loop()
    end = loop.time() + TOTAL_SECONDS * 0.9
    if not await _listens(port):
        return None
    answers = await asyncio.gather(*(_sign(port, path, client) for path in _SIGNS.values()))
    said = dict(zip(_SIGNS, answers, strict=True))
    row = providers.get(recognise(said, usual.id))
    if row is None:
        return None
    path = "/v1" if row.protocol == "openai" else ""
    url = address.normalise(row, f"http://{_HOST}:{port}{path}")
    endpoint = Endpoint("", row, url, None, "")
    models: list[Model] = []
    try:
        async with asyncio.timeout_at(end):
            models = await listing.models(endpoint, client)
    except (AppError, TimeoutError):
        models = []
    version = _version(as_dict(said.get(row.id)))
    return FoundServer(row.id, row.label, url, tuple(models), version)


def recognise(answers: Mapping[str, object], usual: str) -> str:
    """Tell which server it is by its most special sign; "" for none.

    Args:
        answers: What each of the signs' addresses gave, decoded; None for nothing.
        usual: Id of the row that usually listens there, for servers that only list models.
    """
    said = {name: as_dict(answer) for name, answer in answers.items()}
    listed = items(said["models"].get("data"))
    props = said["llamacpp"]
    signs = (
        ("koboldcpp", said["koboldcpp"].get("result") == "KoboldCpp"),
        ("llamacpp", "build_info" in props or "default_generation_settings" in props),
        ("lmstudio", any("type" in entry for entry in items(said["lmstudio"].get("data")))),
        ("ooba", "model_name" in said["ooba"]),
        ("ollama", bool(as_text(said["ollama"].get("version")))),
        ("extras", isinstance(said["extras"].get("modules"), list)),
        ("comfyui", isinstance(said["comfyui"].get("devices"), list)),
        ("a1111", "sd_model_checkpoint" in said["a1111"]),
        ("vllm", _made_by(listed, "vllm")),
        ("custom" if usual in _OF_THEIR_OWN else usual, bool(listed)),
    )
    return next((kind for kind, found in signs if found), "")


def _version(said: Mapping[str, object]) -> str:
    system = as_text(as_dict(said.get("system")).get("comfyui_version"))
    return clean_line(as_text(said.get("version")) or as_text(said.get("build_info")) or system, 40)


def _made_by(listed: Iterable[Mapping[str, object]], owner: str) -> bool:
    return any(entry.get("owned_by") == owner for entry in listed)


async def _listens(port: int) -> bool:
    try:
        async with asyncio.timeout(_SIGN_SECONDS):
            _, writer = await asyncio.open_connection(_HOST, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def _sign(port: int, path: str, client: Http) -> object:
    host = f"{_HOST}:{port}"
    call = Call(f"http://{host}{path}", Origin("", "", host), read_seconds=_SIGN_SECONDS, retries=0)
    try:
        async with asyncio.timeout(_SIGN_SECONDS):
            return await client.json(call)
    except (AppError, TimeoutError):
        return None
