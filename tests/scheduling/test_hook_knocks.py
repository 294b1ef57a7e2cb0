"""Who knocks without the secret is counted, and said once: it costs them more than us."""

import pytest

from scheduling.hooks import knocks
from scheduling.models import Hook, HookDelivery, Scheme
from system.counters import counted
from system.models import Alert
from tests.scheduling.hooks import a_hook, post, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Hook:
    """Each knock is written at once."""
    monkeypatch.setattr(knocks, "TALLY", knocks.Tally(written_every_s=0))
    return a_hook(scheme=Scheme.BEARER)


def knock(slug: str) -> None:
    assert post(slug, b"{}", {"Authorization": "Bearer guessed"}).status_code == 401


def test_knocks_are_counted_by_hook_and_all_unknown_ones_together(hook: Hook) -> None:
    for slug in ("alerts", "alerts", "guess-1", "guess-2", "guess-3"):
        knock(slug)
    assert dict(counted("webhooks")) == {("", "unauthorised"): 3, ("alerts", "unauthorised"): 2}
    assert not HookDelivery.objects.exists()


def test_it_is_said_once_until_a_message_is_taken(hook: Hook) -> None:
    for _ in range(3):
        knock(hook.slug)
    alert = Alert.objects.get()
    assert (alert.kind, alert.data, alert.resolved_at) == ("webhook-refused", {"hook": "alerts"}, None)
    send(hook)
    alert.refresh_from_db()
    assert alert.resolved_at is not None
    for _ in range(3):
        knock(hook.slug)  # the same day: nobody is told again
    assert set(Alert.objects.values_list("kind", flat=True)) == {"webhook-refused", "recovered"}
    assert Alert.objects.count() == 2


def test_nobody_is_told_of_a_hook_that_there_is_not_or_that_is_disabled(hook: Hook) -> None:
    Hook.objects.update(enabled=False)
    for slug in ("alerts", "guess"):
        knock(slug)
    assert not Alert.objects.exists()


def test_a_flood_is_written_seldom() -> None:
    tally = knocks.Tally(written_every_s=3600)
    assert tally.add("a") == {"a": 1}
    assert not any(tally.add("b") for _ in range(1000))
    often = knocks.Tally(written_every_s=0)
    assert [often.add("c"), often.add("d")] == [{"c": 1}, {"d": 1}]
