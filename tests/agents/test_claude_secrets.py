"""The API key goes to the server and nowhere else."""

import base64
import logging

import pytest

from agents.analysts.base import AnalystError
from tests.agents.asking import KEY, Remembering, ask
from tests.messages_api import MessagesServer, Reply, cut, failure, ok, stream_error

REPLIES: dict[str, Reply] = {
    "ok": ok(),
    "the key in an error": failure(401, "authentication_error", f"invalid key {KEY}: {KEY}"),
    "the key in a stream": stream_error("invalid_request_error", f"header {KEY}"),
    "the key over a line's end": failure(400, "invalid_request_error", f"\n\n{KEY}\n"),
    "cut": cut(4),
}


@pytest.mark.parametrize("case", REPLIES)
def test_the_key_is_in_no_log_and_no_error(case: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    journal, error = Remembering(), ""
    with MessagesServer(default=REPLIES[case]) as server:
        try:
            ask(server, journal)
        except AnalystError as caught:
            error = f"{caught!r} {caught.__cause__!r}"
        assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    everything = "\n".join([journal.text(), error, caplog.text, repr(journal.attempts)])
    assert len(caplog.records) > 5  # the SDK and its HTTP library do log at this level
    assert KEY not in everything
    assert base64.b64encode(KEY.encode()).decode() not in everything
