"""A hub on loopback that serves one repository from memory, and misbehaves when told to."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class FakeHub:
    """Serve `files` as the model `name`; `requests` lists what was asked for."""

    def __init__(self, name: str, files: Mapping[str, bytes]) -> None:
        self.name = name
        self.files = dict(files)
        self.requests: list[tuple[str, str, str]] = []
        """Method, file and Range header of each request for a file."""
        self.tokens: set[str] = set()
        self.cut_after: int | None = None
        """Close the connection after so many bytes of a large file."""
        self.stall_after: int | None = None
        """Send so many bytes of a large file, then nothing until the hub is closed."""
        self.ranges = True
        self.closed = threading.Event()
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": self})
        )
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def ranges_of(self, file: str) -> list[str]:
        """Range headers of the GET requests for a file."""
        return [asked for method, name, asked in self.requests if (method, name) == ("GET", file)]

    def listing(self) -> bytes:
        siblings = [{"rfilename": name, "size": len(data)} for name, data in self.files.items()]
        return json.dumps({"id": self.name, "sha": COMMIT, "siblings": siblings}).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._serve(body=False)

    def do_GET(self) -> None:
        self._serve(body=True)

    def _serve(self, *, body: bool) -> None:
        self.hub.tokens.add(self.headers.get("Authorization", ""))
        path = self.path.partition("?")[0]
        if path.startswith(f"/api/models/{self.hub.name}"):
            self._send(200, self.hub.listing(), {"Content-Type": "application/json"}, body)
            return
        for revision in ("main", COMMIT):
            head = f"/{self.hub.name}/resolve/{revision}/"
            if path.startswith(head) and path.removeprefix(head) in self.hub.files:
                self._file(path.removeprefix(head), body)
                return
        self._send(404, b"", {"X-Error-Code": "RepoNotFound"}, body)

    def _file(self, name: str, body: bool) -> None:
        data = self.hub.files[name]
        asked = self.headers.get("Range", "")
        self.hub.requests.append((self.command, name, asked))
        headers = {
            "X-Repo-Commit": COMMIT,
            "ETag": f'"{hashlib.sha256(data).hexdigest()}"',
            "Accept-Ranges": "bytes",
        }
        status = 200
        if asked and self.hub.ranges:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            data, status = data[start:], 206
        self._send(status, data, headers, body)

    def _send(self, status: int, data: bytes, headers: dict[str, str], body: bool) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self._send_body(data)

    def _send_body(self, data: bytes) -> None:
        large = len(data) > 300_000
        if large and self.hub.stall_after is not None:
            self.wfile.write(data[: self.hub.stall_after])
            self.wfile.flush()
            self.hub.closed.wait()
            self.close_connection = True
        elif large and self.hub.cut_after is not None:
            self.wfile.write(data[: self.hub.cut_after])
            self.close_connection = True
        else:
            self.wfile.write(data)
