"""The product's own secrets are known without being named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from system.redaction import default_redactor


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    default_redactor.cache_clear()
    yield
    default_redactor.cache_clear()


@override_settings(
    SECRET_KEY="the-django-key",
    SECRET_KEY_FALLBACKS=["the-older-key"],
    ANTHROPIC_API_KEY="the-claude-key",
    ANTHROPIC_ADMIN_KEY="the-admin-key",
    REDIS_URL="redis://:the%2Fredis-password@localhost/0",
)
def test_secrets_of_the_settings() -> None:
    text = "the-django-key the-older-key the-claude-key the-admin-key the%2Fredis-password the/redis-password"

    assert default_redactor().redact(text) == " ".join(["[redacted]"] * 6)


def test_secrets_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://claude:the-db-password@db/claudeops")
    monkeypatch.setenv("SMTP_PASSWD", "the-smtp-password")
    monkeypatch.setenv("backup_credential", "the-backup-credential")
    monkeypatch.setenv("SSH_KEY_FILE", str(tmp_path))
    monkeypatch.setenv("GREETING", "hello-everyone")
    monkeypatch.setenv("TOKEN_CHECK", "on")

    assert default_redactor().redact("the-db-password") == "[redacted]"
    assert default_redactor().redact("the-smtp-password") == "[redacted]"
    assert default_redactor().redact("the-backup-credential") == "[redacted]"
    assert default_redactor().redact(f"on {tmp_path} hello-everyone") == f"on {tmp_path} hello-everyone"


def test_it_is_made_once() -> None:
    assert default_redactor() is default_redactor()
