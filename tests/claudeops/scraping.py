"""What /metrics says, read back."""

from django.test import Client
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from claudeops.prometheus.exposition import OPENMETRICS
from system.roles import Role
from tests.console import a_user

Samples = dict[tuple[str, ...], float]


class Scraper:
    """A viewer who reads it."""

    def __init__(self) -> None:
        self._client = Client()
        self._client.force_login(a_user("prometheus", Role.VIEWER))

    def text(self, accept: str = "") -> str:
        answer = self._client.get("/metrics", headers={"Accept": accept})
        assert answer.status_code == 200
        return answer.content.decode()

    def read(self) -> dict[str, Samples]:
        """Of each sample's name: the values of its labels, by their names, and the number."""
        return self._read(parse(self.text()))

    def read_openmetrics(self) -> dict[str, Samples]:
        return self._read(parse_openmetrics(self.text(OPENMETRICS)))

    def _read(self, families: object) -> dict[str, Samples]:
        found: dict[str, Samples] = {}
        for family in families:  # type: ignore[attr-defined]
            for sample in family.samples:
                labels = tuple(value for _, value in sorted(sample.labels.items()))
                found.setdefault(sample.name.removeprefix("claudeops_"), {})[labels] = sample.value
        return found
