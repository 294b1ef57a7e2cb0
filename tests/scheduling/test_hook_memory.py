"""Old messages are forgotten, but for those by which a replay is known."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from executions.models import Execution
from scheduling.hooks.deliveries import forgettable
from scheduling.hooks.editing import rotate_secret
from scheduling.models import Hook, HookDelivery, Scheme
from scheduling.retention import delete_old_deliveries
from tests.scheduling.hooks import a_hook, send

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(days=3650)


def forget() -> None:
    list(delete_old_deliveries(timezone.now()))


def an_old_message(scheme: str) -> Hook:
    hook = a_hook(scheme=scheme)
    send(hook)
    HookDelivery.objects.update(received_at=LONG_AGO)
    Hook.objects.update(secret_since=LONG_AGO)
    return hook


@pytest.mark.parametrize("scheme", [Scheme.STANDARD, Scheme.BEARER])
def test_what_is_old_goes(scheme: str) -> None:
    an_old_message(scheme)
    forget()
    assert not HookDelivery.objects.exists()


def test_a_signature_without_a_time_is_known_as_long_as_its_secret_holds() -> None:
    hook = an_old_message(Scheme.GITHUB)
    forget()
    response = send(hook, message_id="replayed years later")
    assert response.json()["repeated"] is True
    assert Execution.objects.count() == 1
    rotate_secret(hook.slug)
    forget()
    assert HookDelivery.objects.count() == 1  # the secret before is good for a day more
    Hook.objects.update(previous_until=timezone.now())
    forget()
    assert not HookDelivery.objects.exists()
    Hook.objects.update(previous_secret="", previous_until=None)
    assert send(hook).status_code == 401


def test_refused_ones_of_github_go_too(settings: Any) -> None:
    hook = a_hook(scheme=Scheme.GITHUB)
    send(hook, b"{")
    HookDelivery.objects.update(received_at=LONG_AGO)
    assert forgettable(timezone.now()).count() == 1
