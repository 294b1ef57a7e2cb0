"""Each way in which no report can be had ends in a sentence that says what to do."""

import socket

import pytest

from agents.analysts.base import AnalystError
from agents.analysts.claude import Patience, analyse
from tests.agents.asking import KEY, QUICK, Remembering, a_task, ask
from tests.messages_api import (
    REPORT,
    MessagesServer,
    Reply,
    answer,
    cut,
    failure,
    malformed,
    max_tokens,
    not_the_api,
    ok,
    overloaded,
    rate_limited,
    refusal,
    stream_error,
)

ONCE = {
    "401": (failure(401, "authentication_error"), "The API key was refused (401). Check ANTHROPIC_API_KEY."),
    "402": (failure(402, "billing_error"), "no credit left for this request (402). Add credit"),
    "403": (failure(403, "permission_error"), "may not use the model claude-haiku-5-5 (403)"),
    "404": (
        failure(404, "not_found_error"),
        "does not know the model claude-haiku-5-5 (404). Check the model",
    ),
    "400": (
        failure(400, "invalid_request_error", "effort: bad"),
        "(400). Check model, effort and max_tokens",
    ),
    "413": (failure(413, "request_too_large"), "(413). Let the agent's steps print less"),
    "enforced limit": (
        rate_limited(error_code="enforced_spend_limit_reached"),
        "spend limit is reached (429, enforced_spend_limit_reached). Raise it in the Claude Console",
    ),
    "contract limit": (rate_limited("1", error_code="contract_spend_limit_reached"), "contract_spend_limit"),
    "refusal": (refusal("cyber"), "Claude refused to write this report (cyber). Look at the agent's"),
    "max_tokens": (max_tokens(), "cut off at max_tokens (4000). Raise max_tokens in the agent's"),
    "context": (answer("", stop_reason="model_context_window_exceeded"), "context was full"),
    "tool use": (answer("", stop_reason="tool_use"), "ended with “tool_use” instead of a report"),
    "no JSON": (answer("All is well."), "shape of a report (no JSON"),
    "not an object": (answer("[]"), "shape of a report (report: "),
    "missing field": (answer('{"overall_health": "healthy", "findings": []}'), "(summary: Field required)"),
    "wrong health": (ok({**REPORT, "overall_health": "great"}), "(overall_health: Input should be"),
    "empty title": (ok({**REPORT, "findings": [{**REPORT["findings"][0], "title": ""}]}), "findings.0.title"),
    "extra field": (ok({**REPORT, "cost": 0}), "(cost: Extra inputs are not permitted)"),
    "stream error": (stream_error("authentication_error", "no"), "The API key was refused (401)"),
}
THREE_TIMES = {
    "429": (rate_limited(), "Too many requests (429). Try again later"),
    "529": (overloaded(), "The Claude API is overloaded (529). Try again later."),
    "500": (failure(500), "The Claude API failed (500). Try again later."),
    "503": (failure(503), "The Claude API failed (503)"),
    "overloaded in the stream": (stream_error("overloaded_error", "Overloaded"), "overloaded (529)"),
    "cut": (cut(8), "broke before the answer was whole. Check the network"),
    "cut before it counts": (cut(0), "broke before the answer was whole"),
    "cut between chunks": (cut(8, tidy=True), "broke before the answer was whole"),
    "broken JSON": (malformed(), "sent what the Messages API never sends. Check ANTHROPIC_BASE_URL."),
    "no UTF-8": (malformed(b"event: ping\ndata: \xff\xfe\n\n"), "sent what the Messages API never sends"),
    "a list": (malformed(b"event: message_delta\ndata: [1]\n\n"), "broke before the answer was whole"),
    "a web page": (not_the_api(), "sent what the Messages API never sends"),
    "a proxy's page": (not_the_api(502), "The Claude API failed (502)"),
}


def refused(reply: Reply) -> tuple[str, int]:
    """The message, and how many requests were made."""
    with MessagesServer(default=reply) as server:
        with pytest.raises(AnalystError) as caught:
            ask(server)
        return str(caught.value), len(server.requests)


@pytest.mark.parametrize("case", ONCE)
def test_what_will_not_pass_is_asked_once(case: str) -> None:
    reply, expected = ONCE[case]
    message, requests = refused(reply)
    assert expected in message
    assert requests == 1
    assert "times" not in message


@pytest.mark.parametrize("case", THREE_TIMES)
def test_what_may_pass_is_tried_three_times(case: str) -> None:
    reply, expected = THREE_TIMES[case]
    message, requests = refused(reply)
    assert expected in message
    assert requests == 3
    assert "It was tried 3 times." in message


def test_the_servers_words_are_quoted_with_the_request_id() -> None:
    with MessagesServer(
        default=failure(400, "invalid_request_error", "max_tokens: \n too\x1b[1m high")
    ) as server:
        with pytest.raises(AnalystError) as caught:
            ask(server)
        assert str(caught.value).endswith(
            f"What came back: “max_tokens: too high” (request {server.requests[0].request_id})"
        )


def test_long_words_are_shortened() -> None:
    message, _ = refused(failure(400, "invalid_request_error", "no " * 5000))
    assert len(message) < 600


def asked_at(url: str | None, patience: Patience = QUICK, key: str = KEY) -> str:
    with pytest.raises(AnalystError) as caught:
        analyse(a_task(), Remembering(), api_key=key, base_url=url, patience=patience)
    return str(caught.value)


def test_a_refused_connection() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        message = asked_at(f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert "refused the connection. Check ANTHROPIC_BASE_URL and that its server runs." in message


def test_a_name_that_does_not_exist() -> None:
    assert "The name no-such-host.invalid could not be resolved" in asked_at("http://no-such-host.invalid")


def test_tls_where_there_is_none() -> None:
    with MessagesServer() as server:
        assert "broke before the answer was whole" in asked_at(server.url.replace("http:", "https:"))


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1", "127.0.0.1:80", "http://", "http://h:99999", "http://a\nb"]
)
def test_an_address_that_is_none(url: str) -> None:
    assert "ANTHROPIC_BASE_URL is not the address of a server." in asked_at(url)


def test_neither_key_nor_server() -> None:
    assert asked_at(None, key="") == "There is no API key. Set ANTHROPIC_API_KEY."


@pytest.mark.parametrize("key", ["schlüssel-0", "two words", "line\nbreak"])
def test_a_key_that_is_none_is_not_sent(key: str) -> None:
    message = asked_at("http://127.0.0.1:1", key=key)
    assert "ANTHROPIC_API_KEY holds characters that no key has" in message
    assert key not in message


def test_credentials_in_the_address_are_not_repeated() -> None:
    assert "hunter2" not in asked_at("http://admin:hunter2@127.0.0.1:1")
