from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.adapters.failures import Answer, Origin, ParameterRefused, refusal
from tui.domain.errors import (
    AuthError,
    BadRequest,
    ContextTooLong,
    Filtered,
    ImageRejected,
    ModelNotFound,
    Overloaded,
    ProtocolError,
    ProviderError,
    QuotaError,
    RateLimited,
)
from tui.domain.secret import Secret

ORIGIN = Origin("cloud", "OpenAI", "api.example", Secret("sk-secret-123456"), "gpt-x")
PAGE = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>"


def told(status: int, body: object, *, pictures: bool = False) -> ProviderError:
    origin = Origin("cloud", "OpenAI", "api.example", None, "gpt-x", False, pictures)
    return refusal(Answer(status, body), origin)


def oa(message: str, **more: object) -> dict[str, object]:
    return {"error": {"message": message, **more}}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, oa("Incorrect API key provided", code="invalid_api_key"), AuthError),
        (401, {"message": "Unauthorized", "request_id": "x"}, AuthError),
        (401, {"detail": {"error": "x", "msg": "no", "type": "unauthorized"}}, AuthError),
        (401, {"detail": "Unauthorized"}, AuthError),
        (401, {"error": "unauthorized", "signin_url": "https://x"}, AuthError),
        (400, {"code": "x", "error": "Incorrect API key provided: sk***"}, AuthError),
        (400, [oa("API key not valid", details=[])], AuthError),
        (403, oa("Country not supported"), AuthError),
        (402, oa("Insufficient Balance"), QuotaError),
        (429, oa("You exceeded your current quota", type="insufficient_quota"), QuotaError),
        (429, oa("balance", type="exceeded_current_quota_error"), QuotaError),
        (429, {"message": "Requests rate limit exceeded"}, RateLimited),
        (429, {"object": "error", "message": "x", "type": "y", "code": None}, RateLimited),
        (503, oa("Loading model", type="unavailable_error", code=503), Overloaded),
        (503, {"detail": {"msg": "Server is busy", "type": "service_unavailable"}}, Overloaded),
        (529, oa("overloaded"), Overloaded),
        (502, PAGE, Overloaded),
        (400, oa("too long", code="context_length_exceeded"), ContextTooLong),
        (400, oa("x", type="exceed_context_size_error", n_ctx=2048), ContextTooLong),
        (400, {"object": "error", "message": "maximum context length is 4096"}, ContextTooLong),
        (413, "Payload too large", ContextTooLong),
        (400, oa("bad", code="invalid_image_format"), ImageRejected),
        (400, oa("blocked", code="image_content_policy_violation"), ImageRejected),
        (500, oa("image input is not supported - hint: mmproj", code=500), ImageRejected),
        (400, {"message": "llama is not a multimodal model"}, ImageRejected),
        (400, oa("At most 1 image(s) may be provided"), ImageRejected),
        (404, oa("No endpoints found that support image input", code=404), ImageRejected),
        (404, oa("The model `x` does not exist", code="model_not_found"), ModelNotFound),
        (404, {"object": "error", "message": "The model `x` does not exist."}, ModelNotFound),
        (404, {"error": "model 'x' not found"}, ModelNotFound),
        (404, PAGE, ProtocolError),
        (404, oa("File Not Found", type="not_found_error"), ProtocolError),
        (405, {"detail": "Method Not Allowed"}, ProtocolError),
        (400, oa("flagged", code="content_policy_violation"), Filtered),
        (403, oa("x", metadata={"flagged_input": "y", "reasons": ["z"]}), Filtered),
        (400, {"detail": "Invalid host header"}, BadRequest),
        (418, "", BadRequest),
        (200, oa("x", code=429), RateLimited),
        (200, oa("x", code="503"), Overloaded),
        (200, {"error": "something"}, Overloaded),
    ],
)
def test_each_dialect_of_refusal_gives_the_right_kind(
    status: int, body: object, kind: type[ProviderError]
) -> None:
    error = told(status, body)
    assert isinstance(error, kind)
    assert error.hint


def test_too_large_a_request_with_pictures_is_the_pictures_fault() -> None:
    assert isinstance(told(413, "", pictures=True), ImageRejected)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (oa("plain words"), "plain words"),
        ({"error": {"error": {"message": "plain words"}}}, "plain words"),
        ({"error": "plain words"}, "plain words"),
        ({"detail": {"msg": "plain words"}}, "plain words"),
        ({"detail": "plain words"}, "plain words"),
        ({"detail": [{"loc": ["body", "n"], "msg": "plain words"}]}, "n: plain words"),
        ({"message": "plain words"}, "plain words"),
        ({"errors": ["plain", "words"]}, "plain; words"),
        ({"msg": "plain words"}, "plain words"),
        ({"error": '{"error": {"message": "plain words"}}'}, "plain words"),
        ("plain\nwords", "plain words"),
        ("<html><body><h1>plain</h1> &amp; words", "plain & words"),
        ([oa("plain words")], "plain words"),
    ],
)
def test_the_servers_words_are_found_in_every_dialect(body: object, words: str) -> None:
    assert f"(400: {words})" in told(400, body).message


def test_the_words_are_cleaned_and_cut() -> None:
    error = told(400, oa("\x1b]0;title\x07 [red]x[/] \n" + "y" * 10_000))
    assert "\x1b" not in error.line()
    assert "\n" not in error.line()
    assert len(error.line()) < 500


def test_a_wrong_key_and_a_missing_one_are_told_apart() -> None:
    assert "wants a key" in told(401, "").message
    assert "does not accept the key" in refusal(Answer(401, ""), ORIGIN).message


def test_refused_fields_are_named() -> None:
    body: Any = {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs"}]}
    error = told(422, body)
    assert isinstance(error, ParameterRefused)
    assert "stream_options" in error.names
    error = told(400, oa("x", param="stream_options.include_usage"))
    assert isinstance(error, ParameterRefused)
    assert error.names == {"stream_options"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "message", "detail", "code", "loc", "msg", "metadata", "errors"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.integers(200, 599), JSON)
def test_whatever_comes_makes_one_short_line(status: int, body: object) -> None:
    line = told(status, body).line()
    assert line == line.strip()
    assert "\n" not in line
    assert len(line) < 600
