"""A new key for all secrets: beside running processes, killed anywhere, on both engines."""

import io
import re
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from system.key_file import KeyFile
from system.key_rotation import reseal_secrets, sealed_columns
from system.models import AppSetting, Node, NotificationTarget
from system.secrets import Secret, SecretUnreadable
from tests.faults.home import Home, eventually
from tests.system.audit_log import actions, stored_text


@pytest.fixture
def keys(tmp_path: Path, settings: Settings) -> KeyFile:
    path = tmp_path / "keys" / "encryption_key"
    path.parent.mkdir()
    path.write_text(Fernet.generate_key().decode())
    settings.ENCRYPTION_KEYS = KeyFile(path)
    return settings.ENCRYPTION_KEYS


def some_secrets(count: int = 3) -> None:
    NotificationTarget.objects.bulk_create(
        NotificationTarget(
            name=f"target-{number}",
            kind="webhook",
            url=f"https://example.org/{number}",
            signing_secret="s3cret",
        )
        for number in range(count)
    )
    AppSetting.objects.create(key="mail.password", is_secret=True, sealed="hunter2")


def urls() -> list[str]:
    return [target.url.reveal() for target in NotificationTarget.objects.order_by("pk")]


def sealed_texts() -> list[str]:
    return [
        secret.sealed
        for model, name in sealed_columns()
        for secret in model._base_manager.values_list(name, flat=True)
    ]


def opens(key: str, sealed: str) -> bool:
    try:
        Fernet(key).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True


def rotate(*arguments: str) -> str:
    out = io.StringIO()
    call_command("rotate_keys", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_every_secret_is_sealed_anew_and_opens_as_before(any_home: Home, keys: KeyFile) -> None:
    some_secrets()
    (old,) = keys
    before = urls()
    assert "7 of 7 secrets" in rotate()
    new, second = keys
    assert second == old
    assert urls() == before
    assert all(opens(new, sealed) for sealed in sealed_texts())
    rotate("--drop-old")
    assert list(keys) == [new]
    assert urls() == before
    assert AppSetting.objects.get().text == "hunter2"
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    assert actions() == ["keys.rotate", "keys.drop"]
    assert new not in stored_text()


@pytest.mark.django_db
def test_every_model_that_holds_secrets_is_found() -> None:
    assert {f"{model._meta.label}.{name}" for model, name in sealed_columns()} >= {
        "system.AppSetting.sealed",
        "system.NotificationTarget.url",
        "system.NotificationTarget.signing_secret",
    }


@pytest.mark.django_db
def test_nothing_is_dropped_that_still_opens_something(keys: KeyFile) -> None:
    some_secrets()
    keys.replace([Fernet.generate_key().decode(), *keys])
    with pytest.raises(CommandError, match="7 secrets are under an older key"):
        rotate("--drop-old")
    assert len(keys) == 2
    assert "going on from there" in rotate()
    rotate("--drop-old")
    assert len(urls()) == 3


@pytest.mark.django_db
def test_a_secret_that_no_key_opens_is_named_and_stays(keys: KeyFile) -> None:
    some_secrets(2)
    lost = Fernet(Fernet.generate_key()).encrypt(b"lost").decode()
    target = NotificationTarget.objects.earliest("pk")
    NotificationTarget.objects.filter(pk=target.pk).update(url=Secret(lost))
    with pytest.raises(CommandError, match="1 secrets stay"):
        rotate()
    assert len(keys) == 2
    rotate("--drop-old")
    target.refresh_from_db()
    assert target.url.sealed == lost
    with pytest.raises(SecretUnreadable):
        target.url.reveal()


@pytest.mark.django_db
def test_what_somebody_changed_meanwhile_is_left_to_them(
    keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_secrets(1)
    keys.replace([Fernet.generate_key().decode(), *keys])
    encrypt = Fernet.encrypt

    def encrypt_while_somebody_writes(self: Fernet, data: bytes) -> bytes:
        monkeypatch.setattr(Fernet, "encrypt", encrypt)
        NotificationTarget.objects.update(url="https://example.org/theirs")
        return encrypt(self, data)

    monkeypatch.setattr(Fernet, "encrypt", encrypt_while_somebody_writes)
    reseal_secrets(keys)
    assert urls() == ["https://example.org/theirs"]
    assert reseal_secrets(keys).changed == 0


@pytest.mark.django_db
def test_keys_of_the_environment_are_only_told(settings: Settings) -> None:
    first, second = (Fernet.generate_key().decode() for _ in range(2))
    settings.ENCRYPTION_KEYS = [first]
    some_secrets()
    said = rotate()
    told = re.search(r"^CLAUDEOPS_ENCRYPTION_KEYS=(.+),(.+)$", said, re.MULTILINE)
    assert told is not None
    assert Fernet(told[1])
    assert told[2] == first
    assert all(opens(first, sealed) for sealed in sealed_texts())
    settings.ENCRYPTION_KEYS = [second, first]
    assert "7 of 7 secrets" in rotate()
    assert rotate("--drop-old").endswith("without.\n")
    settings.ENCRYPTION_KEYS = [second]
    assert len(urls()) == 3


@pytest.mark.django_db
def test_other_nodes_at_work_keep_their_key(keys: KeyFile) -> None:
    Node.objects.create(name="attic", worker_seen_at=timezone.now())
    with pytest.raises(CommandError, match="Other nodes are at work: attic"):
        rotate()
    assert len(keys) == 1


def test_a_file_of_keys_is_read_again_when_it_has_changed(keys: KeyFile) -> None:
    before = tuple(keys)
    keys.path.write_text("\n".join(["new", *before]))
    assert tuple(keys) == ("new", *before)
    keys.path.unlink()
    assert tuple(keys) == ("new", *before)
    with pytest.raises(FileNotFoundError):
        len(KeyFile(keys.path))


@pytest.mark.django_db
@pytest.mark.parametrize("calls", range(1, 8))
def test_given_up_anywhere_it_is_begun_again(
    keys: KeyFile, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    some_secrets()
    before = urls()
    encrypt = Fernet.encrypt
    left = iter(range(calls))

    def encrypt_until_it_dies(self: Fernet, data: bytes) -> bytes:
        if next(left) == calls - 1:
            raise KeyboardInterrupt
        return encrypt(self, data)

    monkeypatch.setattr(Fernet, "encrypt", encrypt_until_it_dies)
    with pytest.raises(KeyboardInterrupt):
        rotate()
    monkeypatch.setattr(Fernet, "encrypt", encrypt)
    assert (len(keys), urls()) == (2, before)
    assert "going on from there" in rotate()
    rotate("--drop-old")
    assert (len(keys), urls()) == (1, before)


def test_killed_after_the_key_was_written_it_is_begun_again(home: Home, settings: Settings) -> None:
    path = home.directory / "encryption_key"
    path.write_text(Fernet.generate_key().decode())
    settings.ENCRYPTION_KEYS = KeyFile(path)
    some_secrets()
    with transaction.atomic():  # the other process waits for the lock with its new key written
        process = home.manage("rotate_keys")
        eventually("the key is written", lambda: len(settings.ENCRYPTION_KEYS) == 2)
        process.kill()
        process.wait()
    assert len(urls()) == 3
    assert home.manage("rotate_keys").wait(60) == 0
    assert home.manage("rotate_keys", "--drop-old").wait(60) == 0
    assert len(settings.ENCRYPTION_KEYS) == 1
    assert len(urls()) == 3
    assert not list(home.directory.glob(".encryption_key*"))
