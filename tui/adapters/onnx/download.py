"""The download process: `python -m tui.adapters.onnx.download`, an operation of the same kind.

Request: repository, revision, dtype. Replies:

    {"kind": "plan", "files": […], "total": bytes}             once
    {"kind": "progress", "done": bytes, "total": bytes}

The files land in the hub's usual cache. Large ones are fetched here, because the hub's library
begins again after an interruption; it then puts them in place, so the cache's layout stays its own
business. The hub's library honours HF_HOME, HF_ENDPOINT, HF_TOKEN and the proxies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import huggingface_hub as hub
from huggingface_hub import constants, errors

from tui.adapters.onnx import layout
from tui.adapters.onnx.fetch import Fetch
from tui.adapters.onnx.jobs import Job, JobError
from tui.adapters.onnx.resolve import MAX_WEIGHTS, SUPPORTED
from tui.adapters.onnx.wire import Fields
from tui.adapters.onnx.worker import serve_process

LARGE = 500_000
"""Bytes from which a file can be resumed."""
TRIES = 3

Answer = TypeVar("Answer")


def download(job: Job) -> Iterator[Fields]:
    """Fetch the files of a model that are not in the cache yet."""
    name, revision = str(job.fields["repository"]), str(job.fields["revision"])
    if constants.HF_HUB_OFFLINE:
        raise JobError(f"HF_HUB_OFFLINE forbids downloading {name}", hint="Unset it and try again")
    with _told(name):
        sizes, commit = _listing(name, revision)
        try:
            choice = layout.choose(sizes, str(job.fields.get("dtype", "")))
        except layout.LayoutError as error:
            raise JobError(f"{name} is no captioning model in the ONNX layout: {error}") from error
        total = sum(sizes[file] for file in choice.files)
        if total > MAX_WEIGHTS:
            raise JobError(f"{name} is larger than 4 GB")
        _check_kind(name, commit)
        yield {"kind": "plan", "files": list(choice.files), "total": total}
        before = 0
        for file in choice.files:
            job.stop.check()
            for done in _fetch(job, name, commit, file, sizes[file]):
                yield {"kind": "progress", "done": before + done, "total": total}
            before += sizes[file]
            yield {"kind": "progress", "done": before, "total": total}
        _name_revision(name, revision, choice.files[0])


def _listing(name: str, revision: str) -> tuple[dict[str, int], str]:
    """Return the repository's files with their sizes, and the commit they belong to."""
    info = _again(
        lambda: hub.HfApi().model_info(name, revision=revision, files_metadata=True, timeout=20)
    )
    sizes = {item.rfilename: int(item.size or 0) for item in info.siblings or ()}
    return sizes, info.sha or revision


def _check_kind(name: str, commit: str) -> None:
    """Refuse a model of another kind before its weights are fetched."""
    path = Path(_again(lambda: hub.hf_hub_download(name, "config.json", revision=commit)))
    try:
        kind = json.loads(path.read_bytes()).get("model_type", SUPPORTED)
    except (ValueError, AttributeError, RecursionError) as error:
        raise JobError(f"the config.json of {name} cannot be read") from error
    if kind != SUPPORTED:
        raise JobError(f"{name} is of type {str(kind)[:40]!r}, which is not supported")


def _fetch(job: Job, name: str, commit: str, file: str, size: int) -> Iterator[int]:
    """Bring one file into the cache, yielding its bytes that are here."""
    if size >= LARGE and hub.try_to_load_from_cache(name, file, revision=commit) is None:
        url = hub.hf_hub_url(name, file, revision=commit)
        found = _again(lambda: hub.get_hf_file_metadata(url, timeout=20))
        headers, token = {}, hub.get_token()
        if token and urlsplit(found.location).netloc == urlsplit(url).netloc:
            headers["authorization"] = f"Bearer {token}"
        folder = Path(constants.HF_HUB_CACHE) / hub.file_download.repo_folder_name(
            repo_id=name, repo_type="model"
        )
        fetch = Fetch(found.location, headers, folder / "blobs" / str(found.etag), size)
        yield from fetch.run(hub.get_session(), job.stop)
    _again(lambda: hub.hf_hub_download(name, file, revision=commit))


def _name_revision(name: str, revision: str, file: str) -> None:
    """Let the cache know the branch under its name, so that it is found without a network."""
    _again(lambda: hub.hf_hub_download(name, file, revision=revision))


def _again(ask: Callable[[], Answer]) -> Answer:
    """Ask, and once more when the connection was lost: the server may have closed an idle one."""
    for _ in range(TRIES - 1):
        with suppress(httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError):
            return ask()
    return ask()


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn what the hub's library raises into one line; what came so far is kept."""
    kept = "What came is kept; run it again to go on"
    host = urlsplit(constants.ENDPOINT).netloc
    try:
        yield
    except errors.GatedRepoError as error:
        hint = f"Accept its terms on {host}, then set HF_TOKEN"
        raise JobError(f"{name} is not open to everyone", hint=hint) from error
    except errors.RevisionNotFoundError as error:
        raise JobError(
            f"{name} has no such revision", hint="Leave out @… for the newest"
        ) from error
    except errors.RepositoryNotFoundError as error:
        hint = "Check the spelling; for a private model set HF_TOKEN"
        raise JobError(f"{host} has no model {name}", hint=hint) from error
    except errors.HfHubHTTPError as error:
        code: Any = getattr(error.response, "status_code", "no status")
        raise JobError(f"{host} refused ({code})", hint=kept) from error
    except httpx2.HTTPError as error:
        raise JobError(f"cannot reach {host} ({type(error).__name__})", hint=kept) from error
    except (errors.LocalEntryNotFoundError, errors.FileMetadataError) as error:
        raise JobError(f"cannot reach {host}", hint=kept) from error
    except OSError as error:
        raise JobError(f"the download failed ({error.strerror or 'error'})", hint=kept) from error


if __name__ == "__main__":
    serve_process({"download": "tui.adapters.onnx.download:download"})
