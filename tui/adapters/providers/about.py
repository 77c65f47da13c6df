"""Says in one line what answers at an endpoint: kind, version, model, context, sight."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from tui.adapters.http import Http
from tui.adapters.providers import address, calls, entries, listing, openai_models
from tui.adapters.wire import as_cost, as_count, as_dict, as_list, as_text, items
from tui.domain.connection import Endpoint, Vision
from tui.domain.errors import AuthError, ProviderError
from tui.domain.safetext import clean_line

_SIGHT = {"yes": "sees pictures", "no": "does not see pictures", "unknown": ""}
_MOST_NAMES = 3


async def line(endpoint: Endpoint, client: Http) -> str:
    """Ask the server about itself; never says anything of the key.

    Raises:
        ProviderError: It cannot be reached, does not accept the key, or is something else.
    """
    provider = endpoint.provider
    special: dict[str, Callable[[_Server], Awaitable[list[str]]]] = {
        "koboldcpp": _koboldcpp,
        "llamacpp": _llamacpp,
        "offline": _llamacpp,
        "ollama": _ollama,
        "lmstudio": _lmstudio,
        "vllm": _vllm,
        "ooba": _ooba,
        "openrouter": _openrouter,
        "horde": _horde,
        "extras": _extras,
        "a1111": _a1111,
        "comfyui": _comfyui,
    }
    server = _Server(endpoint, client)
    words = await special.get(provider.id, _any)(server)
    return ", ".join([f"{provider.label}{words[0]}", *filter(None, words[1:])])


class _Server:
    """Asks one server, below its root."""

    def __init__(self, endpoint: Endpoint, client: Http) -> None:
        self.endpoint = endpoint
        self.client = client

    async def ask(self, path: str) -> dict[str, Any]:
        """The answer of an address. Raises ProviderError."""
        root = address.root(self.endpoint.provider, self.endpoint.url)
        return as_dict(await self.client.json(calls.ask(self.endpoint, root + path)))

    async def maybe(self, path: str) -> dict[str, Any]:
        """Like `ask` where nothing depends on the answer; a refused key is still told."""
        try:
            return await self.ask(path)
        except AuthError:
            raise
        except ProviderError:
            return {}

    async def count(self) -> str:
        """How many models it lists, and how many of them see. Raises ProviderError."""
        models = await listing.models(self.endpoint, self.client)
        seeing = sum(model.vision == "yes" for model in models)
        sight = f", {seeing} {'sees' if seeing == 1 else 'see'} pictures" if seeing else ""
        return _models(len(models)) + sight


async def _any(server: _Server) -> list[str]:
    return ["", await server.count()]


async def _koboldcpp(server: _Server) -> list[str]:
    said = await server.ask("/api/extra/version")
    if said.get("result") != "KoboldCpp":
        return await _any(server)
    model = as_text((await server.maybe("/api/v1/model")).get("result"))
    context = (await server.maybe("/api/extra/true_max_context_length")).get("value")
    return [
        _version(said.get("version")),
        "no model loaded" if model == "inactive" else _named([model.removeprefix("koboldcpp/")]),
        _context(as_count(context)),
        _SIGHT[openai_models.sight(said)],
        "needs a password" if said.get("protected") is True else "",
    ]


async def _llamacpp(server: _Server) -> list[str]:
    try:
        said = await server.ask("/props")
    except ProviderError as error:
        if error.status == 503:
            return ["", "still loading its model"]
        if error.status not in {404, 501}:
            raise
        return await _any(server)
    path = as_text(said.get("model_path")).replace("\\", "/")
    words = [
        _version(said.get("build_info")),
        _named([path.rpartition("/")[2].removesuffix(".gguf")]),
        _context(openai_models.context_of(said)),
        _SIGHT[openai_models.sight(said)],
        "asleep until it is asked" if said.get("is_sleeping") is True else "",
    ]
    return words if path else [words[0], await _states(server), *words[2:]]


async def _states(server: _Server) -> str:
    """What a llama.cpp that serves many models has loaded."""
    listed = entries.read(await server.maybe("/models"))
    states = [(each, as_text(as_dict(each.get("status")).get("value"))) for each in listed]
    loading = [each for each, state in states if state == "loading"]
    loaded = [entries.name(each) for each, state in states if state == "loaded"]
    if loading:
        return f"{_models(len(listed))}, loading {_names(map(entries.name, loading))}"
    return f"{_models(len(listed))}, {_loaded(loaded)}" if listed else ""


async def _ollama(server: _Server) -> list[str]:
    said = await server.maybe("/api/version")
    running = items((await server.maybe("/api/ps")).get("models"))
    version = _version(said.get("version"))
    return [version, await server.count(), _loaded([entries.name(each) for each in running])]


async def _lmstudio(server: _Server) -> list[str]:
    listed = items((await server.maybe("/api/v0/models")).get("data"))
    if not listed:
        return await _any(server)
    loaded = [entries.name(each) for each in listed if each.get("state") == "loaded"]
    return ["", await server.count(), _loaded(loaded)]


async def _vllm(server: _Server) -> list[str]:
    models = await listing.models(server.endpoint, server.client)
    version = (await server.maybe("/version")).get("version")
    context = models[0].context if models else None
    sight: Vision = models[0].vision if len(models) == 1 else "unknown"
    names = _named([model.id for model in models])
    return [_version(version), names, _context(context), _SIGHT[sight]]


async def _ooba(server: _Server) -> list[str]:
    said = await server.ask("/v1/internal/model/info")
    model = as_text(said.get("model_name"))
    return ["", "no model loaded" if model in {"", "None"} else _named([model])]


async def _openrouter(server: _Server) -> list[str]:
    # Its list needs no key, so only this tells whether the key is any good.
    key = as_dict((await server.maybe("/key")).get("data"))
    spent, left = as_cost(key.get("usage")), as_cost(key.get("limit_remaining"))
    return [
        "",
        await server.count(),
        f"${spent:.2f} spent" if spent is not None else "",
        f"${left:.2f} left" if left is not None else "",
    ]


async def _horde(server: _Server) -> list[str]:
    said = await server.maybe("/v2/status/heartbeat")
    user = await server.maybe("/v2/find_user")
    kudos = as_cost(user.get("kudos"))
    known = f"{kudos:.0f} kudos" if kudos is not None else ""
    nobody = not server.endpoint.key or as_text(user.get("username")).startswith("Anonymous")
    return [
        _version(said.get("version")),
        await server.count(),
        "without a key: others come first" if nobody else known,
    ]


async def _extras(server: _Server) -> list[str]:
    modules = as_list((await server.ask("/api/modules")).get("modules"))
    if "caption" in modules:
        return ["", "captions pictures"]
    return ["", "its caption module is off: start it with --enable-modules=caption"]


async def _a1111(server: _Server) -> list[str]:
    count = await server.count()
    loaded = as_text((await server.maybe("/sdapi/v1/options")).get("sd_model_checkpoint"))
    return ["", count, _loaded([loaded] if loaded else []), "makes pictures"]


async def _comfyui(server: _Server) -> list[str]:
    system = as_dict((await server.ask("/system_stats")).get("system"))
    return [_version(system.get("comfyui_version")), await server.count(), "makes pictures"]


def _version(value: object) -> str:
    text = clean_line(as_text(value), 40)
    return f" {text}" if text else ""


def _named(names: list[str]) -> str:
    """The model that is served."""
    known = _names(names)
    return f"model {known}" if known else ""


def _loaded(names: list[str]) -> str:
    return f"loaded: {_names(names)}" if names else "none loaded"


def _names(names: Iterable[str]) -> str:
    known = [clean_line(name, 80) for name in names if name]
    more = len(known) - _MOST_NAMES
    return ", ".join(known[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _models(count: int) -> str:
    return "1 model" if count == 1 else f"{count} models"


def _context(tokens: int | None) -> str:
    return f"{tokens} tokens of context" if tokens else ""
