"""An AI Horde that plays its part from a script."""

from __future__ import annotations

from collections.abc import Iterable

from tests.fakes.servers import Recorded, Reply, as_json

JOB = "6f0e7b1c-0000-4000-8000-0123456789ab"


def refused(status: int, rc: str, message: str, **headers: str) -> Reply:
    """A refusal in the server's own form."""
    return as_json({"message": message, "rc": rc}, status, **headers)


GONE = refused(404, "RequestNotFound", f"Text Waiting Prompt (Status) with ID '{JOB}' not found.")


def text_status(text: str | None = None, *, state: str = "ok", **more: object) -> dict[str, object]:
    """How far a text is; done where there is one."""
    said: dict[str, object] = {
        "worker_id": "w1",
        "worker_name": "somebody's machine",
        "model": "koboldcpp/Stheno-8B",
        "state": state,
        "text": text,
        "seed": 0,
        "gen_metadata": [],
    }
    done = text is not None
    return {
        "finished": int(done),
        "processing": 0,
        "restarted": 0,
        "waiting": int(not done),
        "done": done,
        "faulted": False,
        "wait_time": 0,
        "queue_position": 0,
        "kudos": 9.5,
        "is_possible": True,
        "generations": [said] if done else [],
        **more,
    }


def caption_status(state: str, caption: object = None, whole: str = "") -> dict[str, object]:
    """How far a caption is."""
    result = None if caption is None else {"caption": caption}
    form = {"form": "caption", "state": state, "result": result}
    return {"state": whole or state, "forms": [form]}


class FakeHorde:
    """Takes work in and answers questions after it in turn, the last answer for ever."""

    def __init__(
        self,
        *statuses: object,
        submit: Reply | None = None,
    ) -> None:
        self._statuses = list(statuses)
        self._submit = submit or as_json({"id": JOB, "kudos": 10.0}, 202)
        self.deleted: list[str] = []

    def __call__(self, request: Recorded) -> Reply:
        if request.method == "POST":
            return self._submit
        if request.method == "DELETE":
            self.deleted.append(request.path)
            return as_json({"done": False})
        left = self._statuses
        status = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(status, Exception):
            raise status
        return status if isinstance(status, Reply) else as_json(status)


def methods(requests: Iterable[Recorded]) -> list[str]:
    """What was asked, in a word each."""
    return [request.method for request in requests]
