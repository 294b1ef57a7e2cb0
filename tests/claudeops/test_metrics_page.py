"""Curves in the console: any stretch of time by links alone, gaps as gaps, and a page for each node."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claudeops.metrics_page.windows import link_moment
from scheduling.models import Schedule
from system import app_settings
from system.alerts import raise_alert
from system.metric_rollups import roll_up_metrics
from system.models import Node, Severity, SystemMetric
from system.roles import Role
from tests.console import EVIL, a_waiting_execution, an_agent, an_ended_execution, signed_in
from tests.system.sampling import sampled

pytestmark = pytest.mark.django_db
PAGE = "/system/metrics/"


@pytest.fixture
def viewer() -> Client:
    return signed_in(Role.VIEWER)


def a_node(name: str, **more: Any) -> Node:
    fields = {"workers": 2, "worker_seen_at": timezone.now(), "hostname": f"{name}.lan", **more}
    return Node.objects.create(name=name, **fields)


def page(client: Client, url: str = PAGE) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def data_of(html: str, quantity: str = "cpu") -> dict[str, Any]:
    field = html[html.index(f'id="chart-{quantity}"') :]
    found = re.search(r'data-chart="([^"]+)"', field)
    assert found
    data: dict[str, Any] = json.loads(unescape(found[1]))
    return data


def link(html: str, text: str) -> str:
    found = re.search(rf'href="([^"]+)"[^>]*>{text}<', html)
    assert found, text
    return unescape(found[1])


def test_an_empty_one_says_so(viewer: Client) -> None:
    assert "Nothing was sampled in this time." in page(viewer)


def test_a_silent_time_is_a_gap(viewer: Client) -> None:
    a_node("attic")
    begin = timezone.now() - timedelta(minutes=50)
    sampled("attic", begin, 20)
    sampled("attic", begin + timedelta(minutes=30), 20)
    html = page(viewer, f"{PAGE}?range=1h")
    lines = re.findall(r'class="line line-0" points="([^"]+)"', html[html.index('id="chart-cpu"') :])
    assert len(lines) == 2
    assert float(lines[1].split(",")[0]) - float(lines[0].split()[-1].split(",")[0]) > 300
    assert len(data_of(html)["lines"][0]["points"]) == 40


def test_a_year_is_as_few_points_as_an_hour(viewer: Client) -> None:
    a_node("attic")
    for day in range(0, 360, 3):
        sampled("attic", timezone.now() - timedelta(days=day), 2)
    list(roll_up_metrics(timezone.now()))
    for name in ("1h", "6h", "24h", "7d", "30d", "90d", "year"):
        points = data_of(page(viewer, f"{PAGE}?range={name}"))["lines"][0]["points"] if name != "1h" else []
        assert len(points) <= 370, name
    year = data_of(page(viewer, f"{PAGE}?range=year"))
    assert len(year["lines"][0]["points"]) >= 119
    assert year["seconds"] == 86400


def test_links_zoom_and_move_without_a_script(viewer: Client) -> None:
    a_node("attic")
    sampled("attic", timezone.now() - timedelta(hours=23), 46 * 60)
    html = page(viewer)
    for text, hours in (("Zoom in", 12), ("Zoom out", 48), ("Earlier", 24)):
        data = data_of(page(viewer, link(html, text)))
        assert data["end"] - data["begin"] == pytest.approx(hours * 3600, abs=2), text
    parts = [
        unescape(url) for url in re.findall(r'href="([^"]+)" tabindex="-1"><rect class="zoom-part"', html)
    ]
    first, second = (data_of(page(viewer, url)) for url in parts[10:12])
    assert first["end"] - first["begin"] == pytest.approx(2 * 3600, abs=2)
    assert second["begin"] == pytest.approx(first["end"], abs=2)
    assert first["seconds"] < data_of(html)["seconds"], "and there is more to see"


def test_a_link_shows_the_same_to_everybody(viewer: Client) -> None:
    a_node("attic")
    sampled("attic", timezone.now() - timedelta(hours=3), 240)
    begin, end = timezone.now() - timedelta(hours=2), timezone.now() - timedelta(hours=1)
    url = f"{PAGE}?node=attic&from={quote(link_moment(begin))}&to={quote(link_moment(end))}"
    data = data_of(page(viewer, url))
    assert (data["begin"], data["end"]) == (int(begin.timestamp()), int(end.timestamp()))
    html = page(viewer, url)
    assert "node=attic" in link(html, "Zoom in"), "and goes on to be of these nodes"
    assert f'value="{timezone.localtime(begin):%Y-%m-%dT%H:%M}"' in html


def test_nodes_are_laid_over_one_another_or_chosen(viewer: Client) -> None:
    for number in range(8):
        a_node(f"node-{number}")
        sampled(f"node-{number}", timezone.now() - timedelta(minutes=30), 10)
    shown = [line["node"] for line in data_of(page(viewer))["lines"]]
    assert shown == [f"node-{number}" for number in range(6)]
    one = page(viewer, f"{PAGE}?node=node-7")
    assert [line["node"] for line in data_of(one)["lines"]] == ["node-7"]
    assert 'class="band' in one, "of one alone, how far its samples lay apart"
    two = page(viewer, link(one, "node-3"))
    assert [line["node"] for line in data_of(two)["lines"]] == ["node-7", "node-3"]
    assert 'class="band' not in two


def test_thresholds_in_force_are_drawn(viewer: Client) -> None:
    a_node("attic")
    sampled("attic", timezone.now() - timedelta(minutes=30), 10, load_average_5m=3, cores=2)
    app_settings.set_value("health.thresholds", {"cpu_percent": {"warning": 25, "critical": 50}})
    html = page(viewer)
    cpu, load = html[html.index('id="chart-cpu"') :], html[html.index('id="chart-load"') :]
    assert 'limit-warning" x1="0" x2="1000" y1="75.0"' in cpu
    assert "warning from 25.0 %, critical from 50.0 %" in cpu
    assert "warning from 4.00, critical from 8.00" in load, "by core, and there are two"


@pytest.mark.parametrize(
    "query",
    [
        "range=fortnight",
        "from=x",
        "from=2026-11-05&to=2026-11-01",
        "from=2001-01-01",
        "to=%00",
        "from=9999-01-01",
    ],
)
def test_what_makes_no_sense_is_said(viewer: Client, query: str) -> None:
    html = page(viewer, f"{PAGE}?{query}")
    assert 'role="alert"' in html
    assert "The last 24 hours are shown instead." in html


def test_a_node_has_a_page_that_says_how_it_is_and_why(viewer: Client) -> None:
    node = a_node("localhost", version="1.2.3", restarts=4)
    sampled("localhost", timezone.now(), 1, cpu=95, cores=2, overall_health="critical", disk_free_bytes=2**30)
    ended, waiting = an_ended_execution(), a_waiting_execution()
    raise_alert(
        kind="x", key="x", severity=Severity.WARNING, title="attic speaks", node_id="localhost", subject="x"
    )
    html = page(viewer, f"/system/node/{node.pk}/change/")
    for words in (
        "at work", "1.2.3", "localhost.lan", "95.0 %", "from 70.0 % on a warning, from 90.0 % on critical",
        "attic speaks", str(ended.uid), str(waiting.uid), "1.0 GiB", "/costs/overview/?node=localhost",
    ):  # fmt: skip
        assert words in html, words
    assert data_of(html)["lines"][0]["node"] == "localhost"
    assert link(html, "7 days") == f"/system/node/{node.pk}/change/?range=7d"


def test_a_node_shows_what_is_scheduled_for_it_however_much_runs_elsewhere_first(viewer: Client) -> None:
    node, agent = a_node("attic"), an_agent()

    def schedule(name: str, nodes: list[str], hours: int) -> Schedule:
        next_run = timezone.now() + timedelta(hours=hours)
        due = {"next_due": next_run, "next_run": next_run}
        return Schedule(name=name, agent=agent, cron_expression="0 3 * * *", node_ids=nodes, **due)

    elsewhere = [schedule(f"cellar's {number}", ["cellar"], 1) for number in range(150)]
    Schedule.objects.bulk_create([*elsewhere, schedule("attic's own", ["cellar", "attic"], 2)])
    html = page(viewer, f"/system/node/{node.pk}/change/")
    assert "attic&#x27;s own" in html
    assert "cellar&#x27;s" not in html


def test_what_was_sampled_long_ago_says_nothing_of_now(viewer: Client) -> None:
    node = a_node("attic", worker_seen_at=timezone.now() - timedelta(hours=3))
    sampled("attic", timezone.now() - timedelta(hours=3), 1)
    html = page(viewer, f"/system/node/{node.pk}/change/")
    assert "too long ago to say anything of now" in html
    assert "silent" in html


def test_the_list_of_nodes_marks_the_silent_ones(viewer: Client) -> None:
    a_node("attic")
    a_node("cellar", worker_seen_at=timezone.now() - timedelta(hours=3))
    a_node(
        "shed",
        worker_seen_at=timezone.now() - timedelta(hours=3),
        worker_stopped_at=timezone.now() - timedelta(hours=3),
    )
    a_node("yard", worker_seen_at=None)
    SystemMetric.objects.create(node_id="attic", overall_health="critical")
    long_ago = timezone.now() - timedelta(hours=3)
    SystemMetric.objects.create(node_id="cellar", overall_health="warning", timestamp=long_ago)
    html = page(viewer, "/system/node/")
    for name, words in (
        ("attic", ["At work", "Critical", "<time"]), ("cellar", ["Silent"]), ("shed", ["Stopped"]),
        ("yard", ["Never heard of", "never"]),
    ):  # fmt: skip
        row = html[html.index(f">{name}</a>") :]
        for word in words:
            assert word in row[: row.index("</tr>")], (name, word)
    cellar = html[html.index(">cellar</a>") :]
    assert "Warning" not in cellar[: cellar.index("</tr>")], "of now nothing is known"


def test_no_name_is_more_than_text(viewer: Client) -> None:
    node = a_node(EVIL[:100], hostname=EVIL)
    sampled(EVIL[:100], timezone.now() - timedelta(minutes=5), 3)
    for url in (PAGE, f"{PAGE}?node={quote(EVIL[:100])}", f"/system/node/{node.pk}/change/", "/system/node/"):
        html = page(viewer, url)
        assert "<img src=x" not in html
        assert "<script>document" not in html


def test_it_asks_as_often_for_many_nodes(viewer: Client) -> None:
    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            page(viewer, url)
        return len(asked)

    node = a_node("attic")
    sampled("attic", timezone.now() - timedelta(hours=1), 60)
    urls = (PAGE, "/system/node/", f"/system/node/{node.pk}/change/")
    few = [queries(url) for url in urls]
    for number in range(12):
        a_node(f"node-{number}")
        sampled(f"node-{number}", timezone.now() - timedelta(hours=20), 500)
    assert [queries(url) for url in urls] == few
    assert max(few) <= 16
