"""How grave a line is: by what it says of itself, and else by its words."""

from datetime import UTC, datetime

import pytest

from agents.probes.logs.lines import parse_line

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def level(line: str) -> str | None:
    return parse_line(line, NOW).level


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('2026/03/02 11:22:33 [error] 1#1: *5 open() "/x" failed (2: No such file)', "error"),
        ("2026/03/02 11:22:33 [crit] 1#1: *5 SSL_do_handshake() failed", "critical"),
        ("2026/03/02 11:22:33 [notice] 1#1: signal 15 (SIGTERM) received, failed workers: 3", None),
        ("[Mon Mar 02 11:22:33.1 2026] [core:error] [pid 1:tid 2] [client 1.2.3.4:5] AH00126: x", "error"),
        ("[Mon Mar 02 11:22:33.1 2026] [mpm_event:notice] [pid 1] AH00489: error-free start", None),
        ("2026-03-02 11:22:33.123 UTC [12] app@db ERROR:  duplicate key value violates x", "error"),
        ("2026-03-02 11:22:33.123 UTC [12] app@db FATAL:  password authentication failed", "error"),
        ("2026-03-02 11:22:33.123 UTC [1] PANIC:  could not write to file", "critical"),
        ("2026-03-02 11:22:33.123 UTC [12] LOG:  could not receive data: Connection reset", None),
        ("2026-03-02 23:24:11 3 [Warning] Aborted connection 3 to db", "warning"),
        ("2026-03-02T11:22:33Z 0 [ERROR] [MY-010119] [Server] Aborting", "error"),
        ("2146:M 02 Mar 2026 11:22:33.603 # WARNING Memory overcommit must be enabled!", "warning"),
        ("2026-03-02 11:22:33,123 ERROR django.request Internal Server Error: /x", "error"),
        ("2026-03-02 11:22:33,123 INFO app 0 errors, nothing failed", None),
        ("2026-03-02 11:22:33 FATAL com.example.Main - gone", "critical"),
        ("[2026-03-02 11:22:33] production.ERROR: SQLSTATE[HY000]", "error"),
        ("time=2026-03-02T11:22:33Z level=error msg=x", "error"),
        ('time="2026-03-02T11:22:33Z" level=info msg="retry after error"', None),
        ("E0302 11:22:33.123456    1 server.go:12] cannot bind", "error"),
        ("I0302 11:22:33.123456    1 server.go:12] error budget fine", None),
        ("Mar  2 11:22:33 host sshd[12]: error: maximum authentication attempts exceeded", "error"),
        ("Mar  2 11:22:33 host kernel: EXT4-fs error (device sda1): bad block", "error"),
        ("Mar  2 11:22:33 host sshd[12]: Connection refused by peer", "warning"),
        ("Mar  2 11:22:33 host cron[12]: (root) CMD (backup)", None),
        ("Mar  2 11:22:33 host app[1]: done, no errors, 0 failures, errors: 0", None),
        ("Mar  2 11:22:33 host dpkg: Unpacking libgpg-error-dev over /usr/lib/error/failed", None),
        ("ValueError: bad thing", "error"),
        ("java.lang.NullPointerException", "error"),
        ("terror in mirrors", None),
        ('1.2.3.4 - - [02/Mar/2026:11:22:33 +0000] "GET /error?a=failed HTTP/1.1" 200 5 "-" "-"', None),
        ('1.2.3.4 - - [02/Mar/2026:11:22:33 +0000] "POST /pay HTTP/1.1" 502 5 "-" "-"', "error"),
        ("", None),
    ],
)
def test_the_level_of_a_line(line: str, expected: str | None) -> None:
    assert level(line) == expected


@pytest.mark.parametrize(
    ("line", "level", "message"),
    [
        ('{"time":"2026-03-02T11:22:33Z","level":"error","msg":"no"}', "error", "no"),
        ('{"ts":1772446953.5,"level":"warn","message":"slow"}', "warning", "slow"),
        ('{"time":1772446953000,"level":50,"msg":"pino"}', "error", "pino"),
        ('{"level":30,"msg":"error counter is fine"}', None, "error counter is fine"),
        ('{"@timestamp":"2026-03-02T11:22:33Z","log.level":"FATAL","message":"x"}', "critical", "x"),
        ('{"PRIORITY":"3","MESSAGE":"x","__REALTIME_TIMESTAMP":"1772446953000000"}', "error", "x"),
        (
            '{"log":"panic: it broke\\n","stream":"stderr","time":"2026-03-02T11:22:33Z"}',
            "error",
            "panic: it broke",
        ),
        ('{"severity":"ERROR","error":{"code":5}}', "error", '{"code": 5}'),
        ('{"level":true,"msg":["a","b"]}', None, '["a", "b"]'),
        ("{not json} error", "error", "{not json} error"),
    ],
)
def test_lines_of_json(line: str, level: str | None, message: str) -> None:
    found = parse_line(line, NOW)
    assert (found.level, found.message) == (level, message)


def test_json_tells_its_time() -> None:
    for line in (
        '{"ts":1772450553.5,"msg":"x"}',
        '{"time":"2026-03-02T11:22:33Z"}',
        '{"ts":"1772450553000","m":1}',
    ):
        assert parse_line(line, NOW).at is not None
    for line in ('{"ts":1e400,"msg":"x"}', '{"ts":null}', '{"ts":{"a":1}}', '{"ts":"' + "9" * 400 + '"}'):
        assert parse_line(line, NOW).at is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("Mar  2 11:22:33 host sshd[12]: error: x", "sshd: error: x"),
        ("2026-03-02T11:22:33.1+00:00 host kernel: Out of memory: x", "kernel: Out of memory: x"),
        ("2026/03/02 11:22:33 [error] 1#1: x", "[error] 1#1: x"),
        ('1.2.3.4 - - [02/Mar/2026:11:22:33 +0000] "GET /a?token=s HTTP/1.1" 500 5', "GET /a answered 500"),
    ],
)
def test_the_message_is_what_follows_the_stamp(line: str, message: str) -> None:
    assert parse_line(line, NOW).message == message
