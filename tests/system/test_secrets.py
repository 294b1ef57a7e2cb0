"""Secrets in rows: without the key outside of the database nothing opens them, and nothing shows them."""

import json
import logging

import pytest
from cryptography.fernet import Fernet
from django.core import serializers
from django.db import connection
from pytest_django import Settings

from system.models import NotificationTarget
from system.secrets import Secret, SecretUnreadable
from tests.system.telling import a_webhook

PLAIN = "https://hooks.example.org/T000/a-token-that-opens-it"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_is_sealed_opens_and_is_sealed_anew_each_time() -> None:
    first, second = Secret.of(PLAIN), Secret.of(PLAIN)
    assert first.reveal() == second.reveal() == PLAIN
    assert first.sealed != second.sealed
    assert PLAIN not in first.sealed


def test_nothing_has_nothing_to_hide() -> None:
    assert (Secret.of("").sealed, Secret.of("").reveal(), bool(Secret.of(""))) == ("", "", False)


def test_a_key_that_was_taken_away_is_said_in_words(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    secret = Secret.of(PLAIN)
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(SecretUnreadable, match="enter it again, or put the old key back"):
        secret.reveal()


def test_a_new_key_before_the_old_one_opens_both_and_seals_anew(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    secret = Secret.of(PLAIN)
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    again = secret.resealed()
    settings.ENCRYPTION_KEYS = [NEW]
    assert again.reveal() == PLAIN


def test_what_was_tampered_with_does_not_open() -> None:
    sealed = Secret.of(PLAIN).sealed
    flipped = sealed[:-5] + ("A" if sealed[-5] != "A" else "B") + sealed[-4:]
    with pytest.raises(SecretUnreadable):
        Secret(flipped).reveal()


def test_it_is_not_shown_by_accident(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret.of(PLAIN)
    logging.getLogger("test").warning("%s %r %s", secret, secret, {"url": secret})
    shown = f"{secret} {secret!r} {[secret]}" + caplog.text
    assert PLAIN not in shown
    assert secret.sealed not in shown
    assert "••••" in shown


@pytest.mark.django_db
def test_a_dump_of_the_database_opens_nothing(settings: Settings) -> None:
    target = a_webhook(url=PLAIN)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM system_notificationtarget")
        rows = str(cursor.fetchall())
    dumped = serializers.serialize("json", NotificationTarget.objects.all())
    for text in (rows, dumped):
        assert "hooks.example" not in text
        assert "a-token" not in text
    assert NotificationTarget.objects.get(pk=target.pk).url == Secret(json.loads(dumped)[0]["fields"]["url"])
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(SecretUnreadable):
        Secret(json.loads(dumped)[0]["fields"]["url"]).reveal()


@pytest.mark.django_db
def test_a_row_holds_what_was_assigned() -> None:
    target = a_webhook(url="http://127.0.0.1/")
    target.url = PLAIN  # a plain text is sealed on its way
    target.save(update_fields=["url"])
    target.refresh_from_db()
    assert isinstance(target.url, Secret)
    assert target.url.reveal() == PLAIN
