"""A key in the environment stays out of everything but the requests to its own host."""

from __future__ import annotations

import pytest

from tests.crashes.session import Session, configure, served
from tests.fakes.servers import JSON, Recorded, Reply
from tests.privacy.home import PHOTO, ROOT, Home

KEY = "planted-9f86d081884c7d65"
REPLIES = ROOT / "tests" / "data" / "quick_replies" / "travel.json"
SETTINGS = """\
connections:
  lab: {{provider: openai, url: "{url}/v1", model: m, key: "env:PLANTED", vision: yes}}
chat: {{connection: lab}}
captioning: {{source: multimodal, connection: lab}}
imagine: {{connection: lab, model: gpt-image-1}}
"""


def spiteful(request: Recorded) -> Reply:
    """Gives back the key that it got, in a refusal."""
    key = request.headers.get("authorization", "nothing").removeprefix("Bearer ")
    return Reply([f'{{"error": {{"message": "bad key {key}"}}}}'.encode()], 401, JSON)


def written(home: Home) -> dict[str, str]:
    """All that the program left, and whom and what it started."""
    files = [each for each in home.path.rglob("*") if each.is_file()]
    found = {each.name: each.read_bytes().decode("latin-1") for each in files}
    return {**found, "processes and addresses": home.record.read_text(encoding="utf-8")}


@pytest.mark.parametrize(
    "arguments",
    [
        ("doctor",),
        ("caption", str(PHOTO)),
        ("run", "-c", "/gen hello"),
        ("run", "-c", "/send hello | /trigger await=true"),
        ("run", "-c", "/imagine a cat"),
        ("imagine", "a cat"),
        ("import-quick-replies", str(REPLIES)),
        ("export", "--all", "--output", "-"),
        ("config", "check"),
    ],
    ids=lambda each: " ".join(each[:3])[:30],
)
def test_no_command_gives_a_key_away(
    arguments: tuple[str, ...], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(home.environ, "PLANTED", KEY)
    with served(answer=spiteful) as server:
        configure(home.path, SETTINGS.format(url=server.url))

        done = home.run(*arguments)

        requests = list(server.requests)
    assert "unexpected" not in done.stderr
    assert KEY not in done.stdout + done.stderr
    assert [name for name, text in written(home).items() if KEY in text] == []
    assert all(KEY not in request.path for request in requests)
    if arguments[0] in ("doctor", "caption") or "imagine" in arguments[-1]:
        assert any(KEY in request.headers["authorization"] for request in requests)


def test_a_crash_report_holds_no_key(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", KEY)
    with served(answer=spiteful) as server:
        session = Session(home.path, "handler", SETTINGS.format(url=server.url))
        try:
            session.ready("Hello there")
            session.type(b"\r")
            session.until("bad key")
            session.type(b"\x1bOP")
            assert session.wait() == 1
        finally:
            session.close()

    assert "Traceback" in session.log
    assert KEY not in session.shown
    assert [name for name, text in written(home).items() if KEY in text] == []
