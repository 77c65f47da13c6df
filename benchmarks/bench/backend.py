"""A server on this machine that streams a known reply at a known pace; a process of its own.

It speaks OpenAI's chat completions and responses and Ollama's chat. Who asks with `ASK` in the last
message gets the long reply, everyone else (titles, warming up) a word at once. `Backend` starts it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.corpus import MARK, tokens

ASK = "WATERGO"
"""In the message that is answered at length."""
SHORT = "WARMEDUP"
"""The answer to all others."""
MODEL = "benched"
_TAG = {
    "name": f"{MODEL}:latest",
    "model": f"{MODEL}:latest",
    "modified_at": "2026-01-01T00:00:00Z",
    "size": 1,
    "digest": "a" * 64,
    "details": {
        "parent_model": "",
        "format": "gguf",
        "family": "llama",
        "families": ["llama"],
        "parameter_size": "8B",
        "quantization_level": "Q4_0",
    },
}
_OLLAMA_END = {
    "done": True,
    "done_reason": "stop",
    "total_duration": 10**9,
    "load_duration": 10**6,
    "prompt_eval_count": 1,
    "prompt_eval_duration": 10**6,
    "eval_count": 1,
    "eval_duration": 10**9,
}
_PAGES: dict[str, Any] = {
    "/v1/models": {"object": "list", "data": [{"id": MODEL, "object": "model"}], "models": []},
    "/api/tags": {"models": [_TAG]},
    "/api/ps": {"models": []},
    "/api/version": {"version": "0.12.6"},
    "/api/show": {
        "modelfile": "",
        "parameters": "",
        "template": "{{ .Prompt }}",
        "details": _TAG["details"],
        "model_info": {"general.architecture": "llama", "llama.context_length": 131072},
        "capabilities": ["completion"],
        "modified_at": "2026-01-01T00:00:00Z",
    },
    "/": {},
}


@dataclass
class Reply:
    """What is to be sent next, and what was sent when (seconds of the monotonic clock)."""

    length: int = 100
    rate: float = 200.0
    """Tokens a second."""
    first: float = 0.0
    last: float = 0.0
    """Zero while the reply is not all sent."""
    marks: dict[str, float] = field(default_factory=dict)


class Backend:
    """The server as a child; use it with `with`."""

    def __enter__(self) -> Backend:
        command = [sys.executable, __file__]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def prepare(self, length: int, rate: float) -> None:
        """Forget the last reply; the next has so many tokens."""
        self._call("/next", {"length": length, "rate": rate})

    def sent(self) -> Reply:
        """What became of the reply so far."""
        return Reply(**self._call("/sent", {}))

    def _call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        data = json.dumps(body).encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + path, data, timeout=10) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply = Reply()
        self.pieces: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = json.loads(self._body() or b"{}")
        path = self.path.partition("?")[0].rstrip("/")
        if path == "/next":
            self.server.reply = Reply(**body)
            self.server.pieces = tokens(self.server.reply.length)
            self._page({})
        elif path == "/sent":
            self._page(vars(self.server.reply))
        elif path.endswith("/chat/completions"):
            end = _completion("", "stop") + b"data: [DONE]\n\n"
            self._stream(body, _completion, "text/event-stream", end)
        elif path.endswith("/responses"):
            self._responses(body)
        elif path == "/api/chat":
            last = {**_ollama_line(""), **_OLLAMA_END}
            self._stream(body, _ollama, "application/x-ndjson", (json.dumps(last) + "\n").encode())
        else:
            self.do_GET()

    def do_GET(self) -> None:
        page = _PAGES.get(self.path.partition("?")[0].rstrip("/") or "/")
        self._page({"error": "unknown"} if page is None else page, 404 if page is None else 200)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _body(self) -> bytes:
        length = self.headers["Content-Length"]
        if length is not None:
            return self.rfile.read(int(length))
        parts = []
        while self.headers["Transfer-Encoding"] and (size := int(self.rfile.readline(), 16)):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        return b"".join(parts)

    def _page(self, page: object, status: int = 200) -> None:
        data = json.dumps(page).encode()
        self._head("application/json", status)
        self.wfile.write(data)

    def _head(self, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def _stream(
        self, body: dict[str, Any], encode: Callable[[str], bytes], kind: str, end: bytes
    ) -> None:
        self._head(kind)
        try:
            for piece in self._paced(body):
                self.wfile.write(encode(piece))
            self.wfile.write(end)
        except ConnectionError:
            return

    def _responses(self, body: dict[str, Any]) -> None:
        answer = {"id": "r", "object": "response", "created_at": 1, "model": MODEL, "output": []}
        part = {"type": "output_text", "text": "", "annotations": []}
        item = {"id": "m", "type": "message", "role": "assistant"}
        place = {"item_id": "m", "output_index": 0, "content_index": 0}
        said: list[str] = []

        def delta(text: str) -> bytes:
            said.append(text)
            return _event("response.output_text.delta", **place, delta=text)

        self._head("text/event-stream")
        opening = {**item, "status": "in_progress", "content": []}
        try:
            self.wfile.write(
                _event("response.created", response={**answer, "status": "in_progress"})
                + _event("response.output_item.added", output_index=0, item=opening)
                + _event("response.content_part.added", **place, part=part)
            )
            for piece in self._paced(body):
                self.wfile.write(delta(piece))
            part["text"] = "".join(said)
            done = {**item, "status": "completed", "content": [part]}
            usage = {"input_tokens": 1, "output_tokens": len(said), "total_tokens": len(said) + 1}
            whole = {**answer, "status": "completed", "output": [done], "usage": usage}
            self.wfile.write(
                _event("response.output_item.done", output_index=0, item=done)
                + _event("response.completed", response=whole)
            )
        except ConnectionError:
            return

    def _paced(self, body: dict[str, Any]) -> Iterator[str]:
        """The pieces, each when it is due; what was sent is noted once the next is asked for."""
        if ASK not in _last_message(body):
            yield SHORT
            return
        reply, began = self.server.reply, time.monotonic() + 0.05
        for number, piece in enumerate(self.server.pieces):
            time.sleep(max(0.0, began + number / reply.rate - time.monotonic()))
            yield piece
            now = time.monotonic()
            reply.first = reply.first or now
            if found := MARK.search(piece):
                reply.marks[found.group()] = now
        reply.last = time.monotonic()


def _last_message(body: dict[str, Any]) -> str:
    messages = body.get("messages") or body.get("input") or []
    mine = [each for each in messages if isinstance(each, dict) and each.get("role") == "user"]
    system = [each for each in messages if isinstance(each, dict) and each.get("role") == "system"]
    if not mine or any("title" in str(each).lower() for each in system):
        return ""
    return str(mine[-1].get("content"))


def _event(kind: str, **fields: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def _completion(piece: str, finish: str | None = None) -> bytes:
    delta = {"role": "assistant", "content": piece}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    event = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    return f"data: {json.dumps({**event, 'choices': [choice]})}\n\n".encode()


def _ollama_line(piece: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": piece}
    return {"model": MODEL, "created_at": "2026-01-01T00:00:00Z", "message": message, "done": False}


def _ollama(piece: str) -> bytes:
    return (json.dumps(_ollama_line(piece)) + "\n").encode()


if __name__ == "__main__":
    server = _Server()
    print(server.server_port, flush=True)
    server.serve_forever()
