"""A list answers what its own filters ask. Any other look-up on a column is refused, whoever asks."""

import pytest
from django.db.models import CharField, Model, TextField

from executions.models import Execution, Status
from system.models import AppSetting
from system.roles import Role
from tests.console import an_ended_execution, console_url, registered, signed_in

pytestmark = pytest.mark.django_db


def text_columns(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if isinstance(field, CharField | TextField)]


@pytest.mark.parametrize("model", registered(), ids=lambda model: model.__name__)
def test_no_list_runs_a_pattern(model: type[Model]) -> None:
    """On SQLite a pattern runs in Python: one of the wrong shape keeps the whole process busy."""
    client = signed_in(Role.ADMIN)
    url = console_url(model, "changelist")
    for column in text_columns(model):
        for lookup in ("regex", "iregex", "startswith", "contains"):
            assert client.get(url, {f"{column}__{lookup}": "("}).status_code == 400


def test_a_secret_cannot_be_asked_for_letter_by_letter() -> None:
    AppSetting.objects.create(key="secret.test", sealed="s3cr3t", is_secret=True)
    client = signed_in(Role.VIEWER)
    for question in ("value__startswith", "value__gte", "value__exact", "value"):
        assert client.get(console_url(AppSetting, "changelist"), {question: "s3"}).status_code == 400


def test_the_filters_of_a_list_still_work() -> None:
    execution = an_ended_execution()
    client, url = signed_in(Role.VIEWER), console_url(Execution, "changelist")
    for question in (
        {"status__exact": Status.COMPLETED.value},
        {"triggered_by__exact": "manual"},
        {"started_at__gte": "2000-01-01 00:00:00+00:00", "started_at__lt": "2100-01-01 00:00:00+00:00"},
        {"agent_type": execution.agent_type},
        {"node_id": execution.node_id},
    ):
        page = client.get(url, question)
        assert page.status_code == 200
        assert str(execution.uid) in page.content.decode()
    assert str(execution.uid) not in client.get(url, {"status__exact": "failed"}).content.decode()
