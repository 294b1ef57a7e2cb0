from typing import Any

import pytest
from django.utils import timezone

from agents.models import LaunchRefusal
from agents.retention import delete_old_refusals
from tests.executions.past import days_ago, last_line

pytestmark = pytest.mark.django_db


def a_refusal(days: float) -> Any:
    return LaunchRefusal.objects.create(
        agent_type="a", limit="cooldown", detail="It rests.", triggered_by="manual", at=days_ago(days)
    )


def test_old_refusals_go() -> None:
    a_refusal(91)
    young = a_refusal(89)
    assert last_line(delete_old_refusals(timezone.now())).startswith("Deleted 1 refused launches: ")
    assert list(LaunchRefusal.objects.all()) == [young]
