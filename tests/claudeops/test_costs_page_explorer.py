"""The page about money for any days: what it shows, how it is narrowed, and where its figures lead."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from costs.models import CostRecord
from system.roles import Role
from tests.console import EVIL, signed_in
from tests.costs.ledger import HAIKU, OPUS, UNKNOWN, an_execution, spend

pytestmark = pytest.mark.django_db
PAGE = "/costs/overview/"
TODAY = timezone.localdate()


@pytest.fixture
def viewer() -> Client:
    """Today two agents and three models, one of them without a price; two of them 40 days ago as well."""
    now = timezone.now()
    disk, log = an_execution("disk-space"), an_execution("log-analyzer")
    spend(disk, now)
    spend(disk, now, OPUS)
    spend(log, now, OPUS)
    spend(log, now, UNKNOWN)
    long_ago = an_execution("disk-space")
    spend(long_ago, now - timedelta(days=40))
    return signed_in(Role.VIEWER)


def page(client: Client, query: str = "?range=30d") -> str:
    response = client.get(PAGE + query)
    assert response.status_code == 200
    return response.content.decode()


def links(html: str, text: str) -> list[str]:
    return [unescape(url) for url in re.findall(rf'href="([^"]*)"[^>]*>{text}', html)]


def row(html: str, name: str) -> str:
    """The row of a table of parts, as its cells' texts."""
    found = re.search(rf"<tr>\s*<th scope=\"row\">(?:<a[^>]*>)?{name}.*?</tr>", html, re.DOTALL)
    assert found, name
    return re.sub(r"<[^>]+>|\s+", " ", found[0])


def test_a_bar_and_a_row_lead_to_the_records_behind_them(viewer: Client) -> None:
    html = page(viewer)
    for url, expected in (
        (links(html, 'ledger<span class="sr-only"> of disk-space')[0], 2),
        (links(html, f'ledger<span class="sr-only"> of {OPUS}')[0], 2),
        (links(html, f'ledger<span class="sr-only"> of {UNKNOWN}')[-1], 1),
        (links(html, '<rect class="hue-0"')[-1], 2),
    ):
        rows = viewer.get(url).context["cl"].result_list
        assert len(rows) == expected, url
        assert all(row.timestamp.date() >= TODAY - timedelta(days=1) for row in rows)


def test_it_is_narrowed_to_a_part_and_opened_again(viewer: Client) -> None:
    html = page(viewer)
    assert "log-analyzer" in html
    (url,) = links(html, "disk-space</a>")[:1]
    narrowed = viewer.get(url).content.decode()
    assert "range=30d" in url
    assert "log-analyzer" not in narrowed
    assert UNKNOWN not in narrowed
    assert links(narrowed, "agent <strong>disk-space") == [f"{PAGE}?range=30d"]


@pytest.mark.parametrize(
    ("by", "names"), [("agent", ["disk-space"]), ("model", [OPUS, HAIKU]), ("node", ["localhost"])]
)
def test_the_chart_is_stacked_as_asked(viewer: Client, by: str, names: list[str]) -> None:
    html = page(viewer, f"?range=7d&by={by}")
    assert f"Spent per day, by {by}" in html
    legend = html[html.index('<ul class="legend">') :]
    for name in names:
        assert f">{name}</a>" in legend[: legend.index("</ul>")], name
    assert html.count('<th scope="row">') > 7, "and the same as a table"


def test_it_is_compared_with_the_days_before(viewer: Client) -> None:
    """Today's records beside those of 40 days ago, of which there is one of the same price."""
    html = page(viewer)
    cost = {record.model_used: record.total_cost_usd for record in CostRecord.objects.all()}
    more = 2 * (cost[OPUS] or 0) * 100 / (cost[HAIKU] or 1)
    assert f"+{more:,.0f} %" in html
    assert "new" in row(html, "log-analyzer")
    assert "new" not in row(html, HAIKU)


def test_what_was_only_in_the_days_before_is_there_too(viewer: Client) -> None:
    html = page(viewer, f"?from={TODAY + timedelta(days=1)}&to={TODAY + timedelta(days=30)}")
    assert "−100 %" in row(html, "disk-space")


def test_the_dearest_come_first_and_lead_to_their_pages(viewer: Client) -> None:
    html = page(viewer)
    table = html[html.index("The dearest executions") :]
    order = re.findall(r'href="/executions/execution/([0-9a-f-]+)/change/">([^<]+)<', table)
    # What the last one is billed for is 40 days old, but it began today.
    assert [agent for _, agent in order] == ["disk-space", "log-analyzer", "disk-space"]
    of_opus = page(viewer, f"?range=30d&model={OPUS}")
    assert f"what they asked of {OPUS}" in of_opus


def test_unpriced_usage_is_told_apart_from_nothing(viewer: Client) -> None:
    html = page(viewer)
    table = html[html.index("Unpriced usage") :]
    assert UNKNOWN in table
    assert "1 unpriced" in row(html, UNKNOWN)
    assert "The cost of every request of these days is known." in page(viewer, f"?range=30d&model={OPUS}")


@pytest.mark.parametrize(
    "query", ["?range=fortnight", "?from=x", "?by=moon", "?from=2026-05-05&to=2026-05-01"]
)
def test_what_makes_no_sense_is_said_and_this_month_shown(viewer: Client, query: str) -> None:
    html = page(viewer, query)
    assert 'role="alert"' in html
    assert "This month is shown instead." in html
    assert "disk-space" in html


def test_no_name_in_it_or_in_its_address_is_more_than_text(viewer: Client) -> None:
    spend(an_execution(), timezone.now(), EVIL[:100])
    for query in ("?by=model", f"?model={EVIL[:100]}", "?agent=%00", f"?range={EVIL}"):
        html = page(viewer, query)
        assert "<img src=x" not in html
        assert "<script>document" not in html


def test_the_month_is_the_same_whatever_is_chosen(viewer: Client) -> None:
    def month(query: str) -> str:
        html = page(viewer, query)
        return html[html.index('id="month-title"') : html.index('id="by-agent"')]

    assert month("?range=7d&agent=nobody") == month("")
