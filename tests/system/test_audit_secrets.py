"""What changed is on record, and no secret with it."""

import pytest
from django.db import transaction

from system.audit import MOST_BYTES, record, record_changed, record_created
from system.audit_values import HIDDEN, LONGEST_TEXT, shown, values_of
from system.models import ApiToken, NotificationTarget
from system.roles import Role
from system.tokens import create_token
from tests.system.audit_log import last, last_changes, stored_text

pytestmark = pytest.mark.django_db

SECRET = "correct-horse-battery-staple"


def a_target(url: str) -> NotificationTarget:
    return NotificationTarget.objects.create(name="mail", kind="webhook", url=url, signing_secret="s" * 30)


def test_a_secret_field_is_dots_before_and_after() -> None:
    target = a_target(f"https://example.org/{SECRET}")
    record_created(target, "target")
    assert last_changes()["url"] == HIDDEN
    before = values_of(NotificationTarget.objects.get(pk=target.pk))
    target.url = f"https://example.org/{SECRET}-2"
    record_changed(target, "target", before)
    assert last_changes() == {"url": {"before": HIDDEN, "after": HIDDEN}}
    assert SECRET not in stored_text()


def test_a_secret_that_stays_is_no_change() -> None:
    target = NotificationTarget.objects.get(pk=a_target(f"https://example.org/{SECRET}").pk)
    before = values_of(target)
    target.enabled = False
    record_changed(target, "target", before)
    assert last_changes() == {"enabled": {"before": True, "after": False}}


def test_a_tokens_digest_is_not_on_record() -> None:
    token, raw = create_token("ci", Role.VIEWER)
    assert last().action == "token.create"
    assert last_changes() == {"name": "ci", "role": "viewer"}
    assert raw not in stored_text()
    assert ApiToken.objects.get(pk=token.pk).digest not in stored_text()


@pytest.mark.parametrize(
    "changes",
    [
        {"password": SECRET},
        {"config.steps.0.env.DEPLOY_KEY": {"before": None, "after": SECRET}},
        {"config": {"steps": [{"env": {"DEPLOY_KEY": SECRET}}]}},
        {"headers": {"Authorization": f"Bearer {SECRET}"}},
        {"url": f"https://me:{SECRET}@example.org/"},
        {"note": f"password={SECRET} was it"},
        {"api_key": [SECRET, SECRET]},
        {"nested": {"pass": {"passphrase": {"before": SECRET, "after": 7}}}},
    ],
)
def test_what_a_name_or_form_gives_away_is_hidden(changes: dict[str, object]) -> None:
    with transaction.atomic():
        record("agent.change", "a", changes)
    assert SECRET not in stored_text()


def test_what_is_none_is_shown() -> None:
    facts = {"max_tokens": 5, "tokens_used": "9", "name": "nightly", "path": "/srv/keys", "on": True}
    assert shown(facts) == facts


def test_what_is_no_text_for_a_database_is_replaced() -> None:
    with transaction.atomic():
        record("agent.change", "a\x00b\udcff", {"note": "c\x00d\udcff"}, actor="e\x00\udcff")
    entry = last()
    assert (entry.actor, entry.target) == ("e?", "ab?")
    assert last_changes() == {"note": "c\x00d?"}  # as JSON has it, which is text


def test_what_is_too_long_is_cut() -> None:
    with transaction.atomic():
        record("agent.change", "a" * 300, {"note": "b" * 5000})
    assert len(last().target) == 200
    assert last_changes()["note"] == "b" * LONGEST_TEXT + "…"
    with transaction.atomic():
        record("agent.change", "a", {f"field {number}": "c" * 1900 for number in range(50)})
    assert len(last().changes) < MOST_BYTES / 10
    assert last_changes()["fields"][0] == "field 0"
