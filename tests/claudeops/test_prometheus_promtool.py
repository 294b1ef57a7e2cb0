"""Prometheus' own tool is content with /metrics, and with what docs/metrics.md tells people to configure."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from costs.price_book import ensure_prices
from executions.durations import observe_duration
from system.counters import count
from tests.claudeops.scraping import Scraper
from tests.console import everything

pytestmark = [pytest.mark.django_db, pytest.mark.promtool]
BLOCK = re.compile(r"```yaml\n# (\S+)\n(.*?)```", re.DOTALL)
DOCUMENT = Path(settings.BASE_DIR) / "docs/metrics.md"


def promtool(*arguments: str, text: str = "") -> str:
    """What it says; it must be content."""
    done = subprocess.run(
        ["promtool", *arguments], input=text, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_text_is_as_it_should_be() -> None:
    ensure_prices()
    everything()
    observe_duration("disk-space", "completed", 700)
    for labels in (("fires_skipped", "disk-space", 'why "so"\\'), ("webhooks", "alerts", "launched")):
        count(*labels)
    assert promtool("check", "metrics", text=Scraper().text()) == ""


def test_what_is_documented_can_be_configured(tmp_path: Path) -> None:
    files = dict(BLOCK.findall(DOCUMENT.read_text()))
    assert set(files) == {"prometheus.yml", "claudeops.rules.yml"}
    (tmp_path / "claudeops.token").touch()
    for name, text in files.items():
        here = text.replace("/etc/prometheus/", f"{tmp_path}/")
        (tmp_path / name).write_text(here)
    assert "SUCCESS" in promtool("check", "config", str(tmp_path / "prometheus.yml"))
    assert "SUCCESS: 10 rules found" in promtool("check", "rules", str(tmp_path / "claudeops.rules.yml"))
    cases = shutil.copy(Path(__file__).with_name("alert_rules.yml"), tmp_path)
    assert "SUCCESS" in promtool("test", "rules", str(cases))


def test_every_series_that_is_documented_or_used_is_there() -> None:
    ensure_prices()
    everything()
    exposed = set(re.findall(r"^# TYPE (\S+)", Scraper().text(), re.MULTILINE))
    words = set(re.findall(r"claudeops_[a-z0-9_]+[a-z0-9]", DOCUMENT.read_text()))
    assert words - exposed - {"claudeops_host"} == set()


def test_no_label_is_one_that_prometheus_sets_itself() -> None:
    """It would come out as `exported_job`, and the rules would look at the wrong one."""
    ensure_prices()
    everything()
    assert not re.search(r'[{,](job|instance)="', Scraper().text())
