"""Curves are read and zoomed by pointing and by keys; without JavaScript, by a click."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from claudeops.metrics_page.windows import link_moment
from system.models import Node
from tests.browser.conftest import Visit
from tests.browser.tabs import Tab
from tests.live.site import Site
from tests.system.sampling import sampled

CHART = '[data-chart][aria-label="CPU over time"]'
HOUR = timedelta(hours=1)


@pytest.fixture
def address(site: Site) -> str:
    """Of two hours, an hour of which was sampled: CPU is 42 throughout."""
    begin = timezone.now().replace(minute=0, second=0, microsecond=0) - 4 * HOUR
    Node.objects.get_or_create(name="zoomed")
    sampled("zoomed", begin, 120, cpu=42)
    return f"/system/metrics/?node=zoomed&from={link_moment(begin)}&to={link_moment(begin + 2 * HOUR)}"


def seconds_shown(tab: Tab) -> float:
    asked = parse_qs(urlsplit(tab.page.url).query)
    begin, end = (timezone.datetime.fromisoformat(asked[name][0]) for name in ("from", "to"))  # type: ignore[attr-defined]
    return float((end - begin).total_seconds())


def test_a_drag_zooms_and_pointing_reads(visit: Visit, address: str) -> None:
    tab = visit().go(address)
    tab.see(f"{CHART}.is-live")
    box = tab.find(f"{CHART} svg").bounding_box()
    y = box["y"] + box["height"] / 2
    tab.page.mouse.move(box["x"] + box["width"] * 0.25, y)
    tab.see("[data-reading]", "zoomed 42 %")
    tab.page.mouse.move(box["x"] + box["width"] * 0.9, y)
    tab.see("[data-reading]", "nothing was sampled")
    tab.page.mouse.move(box["x"] + box["width"] * 0.25, y)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=4)
    assert tab.find(f"{CHART} .chart-chosen").is_visible()
    with tab.page.expect_navigation():
        tab.page.mouse.up()
    assert seconds_shown(tab) == pytest.approx(1800, abs=30)
    assert "node=zoomed" in tab.page.url
    tab.page.go_back()
    tab.see(f"{CHART}.is-live")
    assert seconds_shown(tab) == 7200


def test_keys_read_choose_and_zoom(visit: Visit, address: str) -> None:
    tab = visit(timezone_id="Asia/Kathmandu").go(address)
    tab.see(f"{CHART}.is-live").focus()
    tab.page.keyboard.press("Home")
    begin = timezone.localtime(timezone.datetime.fromisoformat(parse_qs(urlsplit(address).query)["from"][0]))  # type: ignore[attr-defined]
    tab.see("[data-reading]", f"{begin:%Y-%m-%d %H:%M:%S}: zoomed 42 %")
    for _ in range(20):
        tab.page.keyboard.press("Shift+ArrowRight")
    with tab.page.expect_navigation():
        tab.page.keyboard.press("Enter")
    assert seconds_shown(tab) == pytest.approx(20 * 30, abs=1)
    tab.see(f"{CHART}.is-live").focus()
    with tab.page.expect_navigation():
        tab.page.keyboard.press("-")
    assert seconds_shown(tab) == pytest.approx(2 * 20 * 30, abs=2)


def test_a_click_zooms_without_a_script(visit: Visit, address: str) -> None:
    tab = visit(java_script_enabled=False).go(address)
    box = tab.find(f"{CHART} svg").bounding_box()
    with tab.page.expect_navigation():
        tab.page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    assert seconds_shown(tab) == pytest.approx(7200 / 12, abs=2)
