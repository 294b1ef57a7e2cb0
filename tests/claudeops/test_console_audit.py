"""The audit in the console is narrowed down by what stands in it, and by an address from elsewhere."""

import pytest
from django.db import transaction

from system.audit import record
from system.models import AuditEntry
from system.roles import Role
from tests.console import EVIL, console_url, signed_in

pytestmark = pytest.mark.django_db


def test_each_name_action_and_target_leads_to_all_that_have_it() -> None:
    client, url = signed_in(Role.ADMIN), console_url(AuditEntry, "changelist")
    with transaction.atomic():
        record("budget.change", "month", actor="ada")
        record("budget.delete", f"year & {EVIL}", actor="ada")
        record("agent.change", "month", actor="bob")

    def shown(query: str) -> list[str]:
        rows = client.get(url + query).context["cl"].result_list
        return sorted(f"{row.action} {row.actor}" for row in rows)

    page = client.get(url).content.decode()
    assert EVIL not in page
    for query, found in (
        ("?actor=ada", ["budget.change ada", "budget.delete ada"]),
        ("?action=agent.change", ["agent.change bob"]),
        ("?target=month", ["agent.change bob", "budget.change ada"]),
    ):
        assert f'href="{url}{query}"' in page
        assert shown(query) == found
    assert shown("?target=month&actor=ada") == ["budget.change ada"]
    assert shown("?actor=nobody") == []
