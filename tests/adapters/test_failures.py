from __future__ import annotations

from collections.abc import Mapping
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
    ImageTooLarge,
    Loading,
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


def claude(message: str, kind: str = "invalid_request_error", **more: object) -> dict[str, object]:
    return {"type": "error", "error": {"type": kind, "message": message, **more}}


def google(message: str, status: str, *details: Mapping[str, object], code: int = 400) -> Any:
    return {"error": {"code": code, "message": message, "status": status, "details": [*details]}}


def routed(raw: object, code: int = 400) -> dict[str, object]:
    metadata = {"raw": raw, "provider_name": "Someone"}
    return {"error": {"message": "Provider returned error", "code": code, "metadata": metadata}}


def horde(rc: str, message: str = "No.") -> dict[str, object]:
    return {"message": message, "rc": rc}


QUOTA = "You exceeded your current quota, please check your plan and billing details."
PER_DAY = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
}
PER_MINUTE = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}],
}
IN_23_S = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "23s"}
WRONG_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
TOO_FAST = (
    "Request too large for model `llama` in organization `o` on tokens per minute (TPM): Limit"
    " 6000, Requested 9000. Upgrade at https://console.example/settings/billing"
)
REACHED = (
    "Rate limit reached for model `llama` on tokens per minute (TPM): Limit 6000, Used 5034,"
    " Requested 1443. Please try again in 4.77s. https://console.example/settings/billing"
)
SPENT = "Your team has either used all available credits or reached its monthly spending limit."


def kind_of(error: ProviderError) -> type[ProviderError]:
    return BadRequest if isinstance(error, ParameterRefused) else type(error)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, oa("Incorrect API key provided", code="invalid_api_key"), AuthError),
        (401, {"message": "Unauthorized", "request_id": "x"}, AuthError),
        (401, {"detail": {"error": "x", "msg": "no", "type": "unauthorized"}}, AuthError),
        (401, {"detail": "Unauthorized"}, AuthError),
        (401, {"error": "unauthorized", "signin_url": "https://x"}, AuthError),
        (401, horde("InvalidAPIKey"), AuthError),
        (401, oa("Your rate limit and billing are unknown to us"), AuthError),
        (400, {"code": "x", "error": "Incorrect API key provided: sk***"}, AuthError),
        (400, oa("No connected db.", type="no_db_connection", code="400"), AuthError),
        (400, [oa("API key not valid", details=[])], AuthError),
        (400, google("no", "INVALID_ARGUMENT", WRONG_KEY), AuthError),
        (400, google("User location is not supported", "FAILED_PRECONDITION"), AuthError),
        (403, oa("no", status="PERMISSION_DENIED"), AuthError),
        (403, oa("Country not supported"), AuthError),
        (403, oa("x", code="unsupported_country_region_territory"), AuthError),
        (403, claude("not yours", "permission_error"), AuthError),
        (403, horde("AnonForbidden"), AuthError),
        (402, oa("Insufficient Balance"), QuotaError),
        (402, claude("no credit", "billing_error"), QuotaError),
        (402, oa("More credits, or fewer max_tokens: the maximum model length"), QuotaError),
        (400, claude("Your credit balance is too low to access the API"), QuotaError),
        (403, horde("KudosUpfront"), QuotaError),
        (403, {"code": "x", "error": "Your team doesn't have any credits yet."}, QuotaError),
        (403, oa("Key limit exceeded (total limit)", code=403), QuotaError),
        (429, oa(QUOTA, type="insufficient_quota", code="insufficient_quota"), QuotaError),
        (429, oa("balance", type="exceeded_current_quota_error"), QuotaError),
        (429, oa("Please recharge", code="1113"), QuotaError),
        (429, oa("Daily limit", code="1304"), QuotaError),
        (429, {"code": "Some resource has been exhausted", "error": SPENT}, QuotaError),
        (429, google(QUOTA, "RESOURCE_EXHAUSTED", PER_DAY, IN_23_S, code=429), QuotaError),
        (429, google(f"{QUOTA} limit: 0, model: x", "RESOURCE_EXHAUSTED", IN_23_S), QuotaError),
        (429, oa("Rate limit exceeded: free-models-per-day. Add 10 credits"), QuotaError),
        (429, {"message": "You are limited to 1000 API calls / month"}, QuotaError),
        (429, {"errors": [{"code": 3036, "message": "your daily free allocation"}]}, QuotaError),
        (429, google(QUOTA, "RESOURCE_EXHAUSTED", PER_MINUTE, IN_23_S, code=429), RateLimited),
        (429, google("Resource exhausted.", "RESOURCE_EXHAUSTED", code=429), RateLimited),
        (429, {"message": "Requests rate limit exceeded"}, RateLimited),
        (429, {"object": "error", "message": "x", "type": "y", "code": None}, RateLimited),
        (429, oa(REACHED, type="tokens", code="rate_limit_exceeded"), RateLimited),
        (429, oa("High concurrency usage", code="1302"), RateLimited),
        (429, oa("invalid image size in prompt is too long"), RateLimited),
        (429, horde("TooManyPrompts"), RateLimited),
        (403, horde("TimeoutIP", "in timeout for 30 more seconds"), RateLimited),
        (429, routed("z-ai/glm is temporarily rate-limited upstream.", 429), RateLimited),
        (503, oa("Loading model", type="unavailable_error", code=503), Loading),
        (200, oa("Loading model", type="unavailable_error", code=503), Loading),
        (503, {"error": "Model a/b is currently loading", "estimated_time": 20.0}, Loading),
        (503, {"detail": {"msg": "Server is busy", "type": "service_unavailable"}}, Overloaded),
        (503, google("The model is overloaded.", "UNAVAILABLE"), Overloaded),
        (503, {"error": "server busy, please try again. maximum pending requests"}, Overloaded),
        (500, oa("error loading model: no such file"), Overloaded),
        (500, {"error": "model requires more system memory (9 GiB) than is there"}, Overloaded),
        (529, oa("overloaded"), Overloaded),
        (529, claude("Overloaded", "overloaded_error"), Overloaded),
        (498, oa("Flex tier capacity exceeded", type="capacity_exceeded"), Overloaded),
        (400, horde("MaintenanceMode"), Overloaded),
        (502, PAGE, Overloaded),
        (400, oa("too long", code="context_length_exceeded"), ContextTooLong),
        (400, oa("x", type="exceed_context_size_error", n_ctx=2048), ContextTooLong),
        (400, {"object": "error", "message": "maximum context length is 4096"}, ContextTooLong),
        (400, {"message": "is longer than the maximum model length of 4096"}, ContextTooLong),
        (400, claude("prompt is too long: 210000 tokens > 200000 maximum"), ContextTooLong),
        (
            400,
            google("input token count (9) exceeds the maximum number of tokens", "I"),
            ContextTooLong,
        ),
        (400, {"message": "too many tokens: total number of tokens in the prompt"}, ContextTooLong),
        (
            400,
            {"code": "x", "error": "This model's maximum prompt length is 131072"},
            ContextTooLong,
        ),
        (400, oa("Your request exceeded model token limit: 8192"), ContextTooLong),
        (400, oa("Prompt exceeds max length", code="1261"), ContextTooLong),
        (400, horde("InvalidPromptSize"), ContextTooLong),
        (413, oa(TOO_FAST, type="tokens", code="rate_limit_exceeded"), ContextTooLong),
        (429, oa("Request too large for gpt-x on tokens per min (TPM): Limit 30"), ContextTooLong),
        (413, claude("Request exceeds the maximum size", "request_too_large"), ContextTooLong),
        (413, "Payload too large", ContextTooLong),
        (400, oa("bad", code="invalid_image_format"), ImageRejected),
        (400, oa("blocked", code="image_content_policy_violation"), ImageRejected),
        (500, oa("image input is not supported - hint: mmproj", code=500), ImageRejected),
        (400, {"message": "llama is not a multimodal model"}, ImageRejected),
        (400, oa("At most 1 image(s) may be provided"), ImageRejected),
        (
            400,
            routed('{"error":{"message":"Model supports at most 1 image per prompt."}}'),
            ImageRejected,
        ),
        (400, oa("Too many images provided. This model supports up to 5 images"), ImageRejected),
        (400, {"error": "vision model only supports a single image per message"}, ImageRejected),
        (400, oa("the number of images exceeds the limit of 5"), ImageRejected),
        (404, oa("No endpoints found that support image input", code=404), ImageRejected),
        (400, oa("Failed to load image or audio file"), ImageRejected),
        (
            400,
            google("Unable to process input image. Please retry", "INVALID_ARGUMENT"),
            ImageRejected,
        ),
        (400, google("Provided image is not valid.", "INVALID_ARGUMENT"), ImageRejected),
        (422, "Failed to deserialize: unknown variant `image_url`, expected `text`", ImageRejected),
        (400, horde("ImageValidationFailed", "Image validation failed."), ImageRejected),
        (400, horde("SourceImageUnreadable"), ImageRejected),
        (503, {"detail": {"msg": "No Vision model loaded"}}, ImageRejected),
        (500, {"error": "this model is missing data required for image input"}, ImageRejected),
        (404, oa("The model `x` does not exist", code="model_not_found"), ModelNotFound),
        (404, {"object": "error", "message": "The model `x` does not exist."}, ModelNotFound),
        (404, {"error": "model 'x' not found"}, ModelNotFound),
        (404, claude("model: claude-0", "not_found_error"), ModelNotFound),
        (404, google("models/m is not found for API version v1beta", "NOT_FOUND"), ModelNotFound),
        (404, oa("Not found the model or Permission denied"), ModelNotFound),
        (400, oa("Unknown model", code="1211"), ModelNotFound),
        (400, {"errors": [{"code": 5007, "message": "No such model x or task"}]}, ModelNotFound),
        (400, oa("The model `x` has been decommissioned"), ModelNotFound),
        (404, oa("No models loaded. Please load a model."), ModelNotFound),
        (503, {"detail": "No model is loaded"}, ModelNotFound),
        (404, PAGE, ProtocolError),
        (404, "<html><title>No model of a page</title></html>", ProtocolError),
        (400, PAGE, ProtocolError),
        (404, oa("File Not Found", type="not_found_error"), ProtocolError),
        (405, {"detail": "Method Not Allowed"}, ProtocolError),
        (307, "", ProtocolError),
        (400, oa("flagged", code="content_policy_violation"), Filtered),
        (403, oa("x", metadata={"flagged_input": "y", "reasons": ["z"]}), Filtered),
        (403, {"code": "no permission", "error": "Content violates usage guidelines."}, Filtered),
        (400, oa("The request was considered high risk", type="content_filter"), Filtered),
        (400, oa("System detected potentially unsafe content", code="1301"), Filtered),
        (400, horde("CorruptPrompt", "This appears to violate our terms of service"), Filtered),
        (498, {"message": "blocked"}, Filtered),
        (451, "", Filtered),
        (400, {"detail": "Invalid host header"}, BadRequest),
        (500, oa("Conversation roles must alternate user/assistant/..."), BadRequest),
        (500, oa("Jinja Exception: System role not supported"), BadRequest),
        (404, horde("RequestNotFound", "Waiting Prompt with ID '1' not found."), BadRequest),
        (404, oa("This is not a chat model and thus not supported"), BadRequest),
        (400, oa("`stop` exceeds the maximum number of sequences"), BadRequest),
        (501, oa("This feature is not supported", type="not_supported_error"), BadRequest),
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
    assert kind_of(error) is kind
    assert error.hint


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, oa("Image too large", code="image_too_large")),
        (
            400,
            claude("messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 9 > 5"),
        ),
        (400, claude("At least one of the image dimensions exceed max allowed size: 8000 pixels")),
        (400, claude("x", details={"error_code": "image_dimensions_too_large", "paths": []})),
        (413, claude("Request exceeds the maximum size", "request_too_large")),
        (400, google("Request payload size exceeds the limit: 20971520 bytes.", "I")),
        (413, oa("Request Entity Too Large", code="request_too_large")),
        (400, oa("image is too large: at most 33177600 pixels")),
        (400, oa("Image must be at most 33 megapixels")),
        (413, {"errors": [{"code": 3006, "message": "Request is too large"}]}),
        (413, "<html><title>413 Request Entity Too Large</title></html>"),
        (413, ""),
        (400, horde("SourceImageResolutionExceeded", "Image is too large (300 tiles)")),
        (400, horde("SourceImageSizeExceeded")),
        (500, {"message": "Image size (200000000 pixels) exceeds limit of 178956970 pixels"}),
        (400, {"code": "x", "error": "Image size exceeds the 20MiB limit"}),
        (400, oa("image size should not be larger than 10MB")),
        (400, oa("the picture exceeds the maximum image size")),
        (400, routed('{"type":"error","error":{"message":"image exceeds 5 MB maximum"}}')),
        (400, routed({"error": {"message": "image exceeds 5 MB maximum"}})),
    ],
)
def test_each_dialect_of_too_large_a_picture_is_told_apart(status: int, body: object) -> None:
    error = told(status, body, pictures=True)
    assert type(error) is ImageTooLarge
    assert error.message.startswith("the picture is too large for OpenAI")
    assert "smaller" in error.hint


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, oa("messages[0].content must be a string")),
        (422, {"detail": [{"loc": ["body", "content"], "msg": "Input should be a valid string"}]}),
    ],
)
def test_content_that_should_be_plain_text_means_that_the_model_is_blind(
    status: int, body: object
) -> None:
    assert type(told(status, body, pictures=True)) is ImageRejected
    assert kind_of(told(status, body)) is BadRequest


PLAIN = [
    (401, {"error": "unauthorized", "signin_url": "https://x"}, "not signed in", "ollama signin"),
    (400, google("User location is not supported", "F"), "the place where you are", "another conn"),
    (403, horde("AnonForbidden"), "without a key", "set one in connection “cloud”"),
    (402, oa("x"), "no credit left at OpenAI", "top up"),
    (429, google(QUOTA, "RESOURCE_EXHAUSTED", PER_DAY), "allowance at OpenAI", "next day"),
    (429, google(QUOTA, "RESOURCE_EXHAUSTED", IN_23_S), "too many requests", "try again in 23 s"),
    (429, oa("x"), "too many requests", "wait a little"),
    (413, oa(TOO_FAST), "takes in a minute", "chat.context_tokens"),
    (503, oa("Loading model"), "still loading its model", "try again"),
    (500, {"error": "model requires more system memory"}, "too little memory", "smaller"),
    (503, {"detail": "No model is loaded"}, "no model loaded", "load one there"),
    (400, oa("prompt is too long"), "longer than the model can take", "start a new chat"),
    (404, oa("model x not found"), "has no model “gpt-x”", "choose one of its models"),
    (404, oa("This is not a chat model"), "“gpt-x” does not chat", "choose another"),
    (400, oa("At most 1 image(s)"), "too many pictures for OpenAI at once", "fewer"),
    (400, oa("x", code="image_content_policy_violation"), "does not allow this", "send another"),
    (400, oa("Failed to load image"), "cannot read the picture", "JPEG or PNG"),
    (500, oa("image input is not supported"), "does not see pictures", "a model that sees"),
    (400, oa("x", type="content_filter"), "a safety filter of OpenAI refused", "change"),
    (400, {"detail": "Invalid host header"}, "for localhost only", "127.0.0.1"),
    (404, horde("RequestNotFound"), "no longer knows the request", "send it again"),
    (502, PAGE, "busy or broken", "try again"),
    (404, PAGE, "api.example does not answer like OpenAI", "/v1"),
]


@pytest.mark.parametrize(("status", "body", "what", "then"), PLAIN)
def test_each_kind_has_a_plain_sentence_and_a_next_step(
    status: int, body: object, what: str, then: str
) -> None:
    error = told(status, body)
    assert what in error.message
    assert then in error.hint
    assert "{" not in error.message.partition(" (")[0] + error.hint


def test_a_model_that_can_be_fetched_is_offered() -> None:
    origin = Origin("", "Ollama", "127.0.0.1:11434", model="llava:7b", pulls=True)
    error = refusal(Answer(404, {"error": "model 'llava:7b' not found"}), origin)
    assert isinstance(error, ModelNotFound)
    assert error.hint.startswith("fetch it with /pull llava:7b")


def test_a_model_whose_name_has_braces_does_no_harm() -> None:
    origin = Origin("", "Ollama", "127.0.0.1:11434", model="{x}{where!r}")
    error = refusal(Answer(400, {"error": '"m" does not support chat'}), origin)
    assert "“{x}{where!r}” does not chat" in error.message


@pytest.mark.parametrize(
    ("body", "wait"),
    [
        (google("x", "RESOURCE_EXHAUSTED", PER_MINUTE, IN_23_S), 23),
        (google("x", "R", {"retryDelay": "0.5s"}), 0.5),
        ([google("Please retry in 36.429760048s.", "RESOURCE_EXHAUSTED")], 36.429760048),
        (oa(REACHED), 4.77),
        (oa("Please try again in 7m12s."), 432),
        (oa("Please try again in 1h2m3.5s"), 3723.5),
        (oa("Please try again in 250ms."), 0.25),
        (oa("Please retry after 30 seconds."), 30),
        (horde("TimeoutIP", "put into timeout for 90 more seconds. Please"), 90),
        ({"error": "Model x is currently loading", "estimated_time": 20.5}, 20.5),
        (routed('{"error": {"message": "try again in 2s"}}'), 2),
        (google("x", "R", {"retryDelay": "soon"}, {"retryDelay": 7}, {"retryDelay": "-3s"}), None),
        ({"error": "x", "estimated_time": -1}, None),
        (oa("try again in a month, or in 5 monkeys"), None),
        (oa("try again later"), None),
        ("try again in 99999999999s", None),
    ],
)
def test_the_body_may_say_when_to_come_back(body: object, wait: float | None) -> None:
    assert told(429, body).retry_after == pytest.approx(wait)


def test_the_header_knows_better_than_the_body_when_to_come_back() -> None:
    error = refusal(Answer(429, google("x", "R", IN_23_S), 5.0), ORIGIN)
    assert error.retry_after == 5


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
        ({"errors": [{"message": "plain"}, {"message": "words"}]}, "plain; words"),
        ({"message": "Validation failed", "errors": {"n": "plain words"}}, "n: plain words"),
        ({"msg": "plain words"}, "plain words"),
        ({"error": '{"error": {"message": "plain words"}}'}, "plain words"),
        ("plain\nwords", "plain words"),
        ("<html><body><h1>plain</h1> &amp; words", "plain & words"),
        ([oa("plain words")], "plain words"),
        (routed("plain words"), "plain words"),
        ({"message": {"detail": [{"loc": ["body", "n"], "msg": "plain words"}]}}, "n: plain words"),
        (oa("While executing at line 9:\n  ^\nError: Jinja Exception: plain words"), "plain words"),
        (routed({"error": "plain words"}), "plain words"),
        (routed('{"error": {"error": {"message": "plain words"}}}'), "plain words"),
        (routed("{torn"), "{torn"),
        (routed({}), "Provider returned error"),
    ],
)
def test_the_servers_words_are_found_in_every_dialect(body: object, words: str) -> None:
    assert f"(400: {words})" in told(400, body).message


def test_the_words_are_cleaned_and_cut() -> None:
    error = told(400, oa("\x1b]0;title\x07 [red]x[/] \n" + "y" * 10_000))
    assert "\x1b" not in error.line()
    assert "\n" not in error.line()
    assert len(error.line()) < 500


def test_a_key_where_the_words_are_cut_does_not_show_in_part() -> None:
    assert ORIGIN.key is not None
    for before in range(270, 310):
        error = refusal(Answer(400, oa("x" * before + ORIGIN.key.reveal())), ORIGIN)
        assert "sk-" not in error.message


def test_a_wrong_key_a_missing_one_and_one_that_may_not_are_told_apart() -> None:
    assert "wants a key" in told(401, "").message
    assert "does not accept the key" in refusal(Answer(401, ""), ORIGIN).message
    assert "does not allow this with the key" in refusal(Answer(403, ""), ORIGIN).message


def test_refused_fields_are_named() -> None:
    body: Any = {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs"}]}
    error = told(422, body)
    assert isinstance(error, ParameterRefused)
    assert "stream_options" in error.names
    error = told(400, oa("x", param="stream_options.include_usage"))
    assert isinstance(error, ParameterRefused)
    assert error.names == {"stream_options"}
    error = told(422, {"message": body})
    assert isinstance(error, ParameterRefused)
    assert "stream_options" in error.names


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("error", "message", "detail", "code", "loc", "msg", "metadata", "errors"),
                    *("raw", "details", "retryDelay", "violations", "estimated_time"),
                ]
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


def test_an_error_page_of_titles_that_do_not_end_is_read_at_once() -> None:
    # In the square of its length it would take hours.
    assert len(refusal(Answer(502, "<title" * 1_000_000), ORIGIN).line()) < 600


def test_a_long_error_page_stays_short() -> None:
    page = f"<html><body>{'gone wrong ' * 500}</body></html>"

    error = refusal(Answer(502, page), ORIGIN)

    assert len(error.line()) <= 220
