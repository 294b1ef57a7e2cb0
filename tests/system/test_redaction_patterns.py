"""What looks like a secret, or stands beside the name of one, is hidden; names and other text stay."""

import pytest

from system.redaction import Redactor

KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKC\nAQEA1234\n-----END RSA PRIVATE KEY-----"

HIDDEN = [
    # by their own form
    ("key sk-ant-api03-abc_DEF-123 end", "key [redacted] end"),
    ("cops_" + "a1" * 15 + "000000.", "[redacted]."),
    ("id AKIAIOSFODNN7EXAMPLE, ASIAIOSFODNN7EXAMPLE", "id [redacted], [redacted]"),
    ("ghp_" + "a" * 36 + " ghs_" + "b" * 36, "[redacted] [redacted]"),
    ("whsec_" + "QUJD" * 8 + "=", "[redacted]"),
    ("github_pat_11ABCDEFG0123456789_abc", "[redacted]"),
    ("xoxb-123456789012-abcdef", "[redacted]"),
    ("a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln z", "a [redacted] z"),
    (f"before\n{KEY}\nafter", "before\n[redacted]\nafter"),
    (
        "redis://:pw@h:1/0 and postgres://me:p@ss@h/db",
        "redis://:[redacted]@h:1/0 and postgres://me:[redacted]@h/db",
    ),
    # headers
    ("got Bearer abcdef.123 ok", "got Bearer [redacted] ok"),
    ("> Authorization: Basic Zm9vOmJhcg==", "> Authorization: [redacted]"),
    ('curl -H "Authorization: Token abc" http://x', 'curl -H "Authorization: [redacted]" http://x'),
    ("{'Authorization': 'Bearer x', 'Accept': '*'}", "{'Authorization': '[redacted]', 'Accept': '*'}"),
    ("X-Api-Key: abc", "X-Api-Key: [redacted]"),
    ("Set-Cookie: session=abc; Path=/", "Set-Cookie: [redacted]"),
    # env, ini, YAML: the rest of the line
    ("DB_PASSWORD=a b, c", "DB_PASSWORD=[redacted]"),
    ("export MY_TOKEN='a b'", "export MY_TOKEN='[redacted]'"),
    ("aws_secret_access_key = wJalr/K7MD+ENG", "aws_secret_access_key = [redacted]"),
    ("db:\n  password: foo bar\n  port: 1", "db:\n  password: [redacted]\n  port: 1"),
    ("spring.datasource.password=x", "spring.datasource.password=[redacted]"),
    # in the middle of a line: the next word
    ("login with password=abc for bob", "login with password=[redacted] for bob"),
    ("dsn host=h;Pwd=abc", "dsn host=h;Pwd=[redacted]"),
    ("GET /x?token=abc&page=2 200", "GET /x?token=[redacted]&page=2 200"),
    ("x?next=%2F&api_key%3Dabc&y", "x?next=%2F&api_key%3D[redacted]&y"),
    ("mysqld --password hunter2 --user=bob", "mysqld --password [redacted] --user=bob"),
    ("run --api-token=abc -v", "run --api-token=[redacted] -v"),
    ("the password: token: hunter2", "the password: [redacted] [redacted]"),
    # JSON, plain and within a string
    ('{"password": "a\\"b c", "user": "bob"}', '{"password": "[redacted]", "user": "bob"}'),
    ('{"clientSecret":123,"a":"b"}', '{"clientSecret":[redacted]"a":"b"}'),
    ('{"body": "{\\"api_key\\": \\"abc\\"}"}', '{"body": "{\\"api_key\\": \\"[redacted]"}'),
]

PLAIN = [
    "max_tokens: 1024, input_tokens=5",
    "tokenizer: gpt2",
    "PWD=/work\nOLDPWD=/root",
    "Failed password for root from 192.0.2.4 port 22 ssh2",
    "systemd-ask-password-console.path: Deactivated successfully.",
    "GET http://example.org:8080/a?mail=me@example.org",
    "ssh git@example.org",
    "risk-management-is-a-long-word-with-hyphens",
    "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
    "password: \nnext line",
]


@pytest.mark.parametrize(("text", "redacted"), HIDDEN)
def test_secrets_are_hidden(text: str, redacted: str) -> None:
    assert Redactor().redact(text) == redacted


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_stays(text: str) -> None:
    assert Redactor().redact(text) == text


@pytest.mark.parametrize("text", [text for text, _ in HIDDEN])
def test_what_is_redacted_stays_as_it_is(text: str) -> None:
    once = Redactor().redact(text)
    assert Redactor().redact(once) == once


def test_a_private_key_without_end_hides_32_kib_at_most() -> None:
    text = "-----BEGIN PRIVATE KEY-----\n" + "x\n" * 40_000 + "after"
    assert Redactor().redact(text).endswith("x\nafter")
    assert 80_000 - 33_000 < len(Redactor().redact(text)) < 80_000 - 32_000
