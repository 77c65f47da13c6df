"""What is said when a reverse proxy stands in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.adapters.providers.support import KEY, endpoint
from tui.adapters.failures import Answer, refusal
from tui.adapters.providers import calls
from tui.domain.errors import AuthError


@pytest.mark.parametrize(("key", "said"), [(KEY, "its password"), ("", "wants a password")])
def test_a_proxys_refusal_points_to_its_password(key: str, said: str) -> None:
    proxied = replace(endpoint("openai", key=key), proxied=True)
    error = refusal(Answer(401, {"error": "no"}), calls.origin_of(proxied))

    assert isinstance(error, AuthError)
    assert said in error.message
    assert error.hint == "set it under More in connection “kitchen” (F2)"
