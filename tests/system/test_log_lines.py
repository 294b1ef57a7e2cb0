"""A record of the log is a line of its own, and holds no secret, whatever was put into it."""

import io
import logging

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from system.log_lines import LineFormatter

FORGED = "/x\n2026-11-26 10:00:00,000 INFO system.audit: all is well"


def logged(message: str, *args: object, error: BaseException | None = None) -> str:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(LineFormatter("%(levelname)s %(name)s: %(message)s"))
    logger = logging.Logger("of.this.test")
    logger.addHandler(handler)
    logger.error(message, *args, exc_info=error)
    return written.getvalue()


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_no_line_is_begun_by_what_a_client_sent(end: str) -> None:
    text = logged("Failure at %s", FORGED.replace("\n", end))
    assert len(text.splitlines()) == 1
    assert text.startswith("ERROR of.this.test: Failure at /x\\")


def test_nothing_moves_the_cursor_of_a_terminal() -> None:
    assert "\x1b" not in logged("%s", "\x1b[2J\x1b]0;owned\x07\x9b31m")
    assert logged("%s", "a\tb – ü") == "ERROR of.this.test: a\tb – ü\n"


def test_a_secret_is_hidden_in_the_message_and_in_the_traceback() -> None:
    secret = settings.SECRET_KEY
    try:
        raise ValueError(f"cannot reach https://me:{secret}@example.org\nERROR forged: line")
    except ValueError as error:
        text = logged("Authorization: Bearer %s", secret, error=error)
    assert secret not in text
    assert "ValueError: cannot reach" in text
    assert all(line.startswith("  ") for line in text.splitlines()[1:])


def test_it_is_what_the_processes_write_with() -> None:
    assert import_string(settings.LOGGING["formatters"]["line"]["()"]) is LineFormatter
    assert {handler["formatter"] for handler in settings.LOGGING["handlers"].values()} == {"line"}
