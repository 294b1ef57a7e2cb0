"""How the usual tools are set up: what they send, which of it is kept, and what of it launches anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduling.models import Scheme
from system.errors import NotFound

URL, SECRET = "<URL>", "<SECRET>"


@dataclass(frozen=True)
class Recipe:
    """`setup` is what a person does in the tool, with <URL> and <SECRET> where the hook's own go."""

    name: str
    title: str
    scheme: Scheme
    setup: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ()

    def setup_for(self, url: str, secret: str) -> str:
        return self.setup.replace(URL, url).replace(SECRET, secret)


ALERTMANAGER = Recipe(
    name="alertmanager",
    title="Prometheus Alertmanager",
    scheme=Scheme.BEARER,
    mapping={
        "alertname": "$.groupLabels.alertname",
        "severity": "$.commonLabels.severity",
        "instances": "$.alerts[?@.status == 'firing'].labels.instance",
        "summaries": "$.alerts[?@.status == 'firing'].annotations.summary",
        "group": "$.groupKey",
        "left_out": "$.truncatedAlerts",
    },
    filters=('status == "firing"',),
    setup="""\
In alertmanager.yml:

receivers:
  - name: claudeops
    webhook_configs:
      - url: <URL>
        send_resolved: false
        max_alerts: 100
        http_config:
          authorization:
            credentials: <SECRET>
""",
)

GRAFANA = Recipe(
    name="grafana",
    title="Grafana Alerting",
    scheme=Scheme.BEARER,
    mapping={
        "title": "$.title",
        "alertname": "$.commonLabels.alertname",
        "severity": "$.commonLabels.severity",
        "summaries": "$.alerts[?@.status == 'firing'].annotations.summary",
        "readings": "$.alerts[?@.status == 'firing'].values",
        "panels": "$.alerts[?@.status == 'firing'].panelURL",
        "left_out": "$.truncatedAlerts",
    },
    filters=('status == "firing"',),
    setup="""\
Alerting → Contact points → Add contact point, integration Webhook:

URL: <URL>
HTTP Method: POST
Authorization Header - Scheme: Bearer
Authorization Header - Credentials: <SECRET>
Max Alerts: 100
Disable resolved message: on
""",
)

UPTIME_KUMA = Recipe(
    name="uptime-kuma",
    title="Uptime Kuma",
    scheme=Scheme.BEARER,
    mapping={
        "monitor": "$.monitor.name",
        "url": "$.monitor.url",
        "type": "$.monitor.type",
        "error": "$.heartbeat.msg",
        "at": "$.heartbeat.time",
    },
    filters=("heartbeat.status == 0",),
    setup="""\
Settings → Notifications → Setup Notification, type Webhook:

Post URL: <URL>
Request Body: Preset - application/json
Additional Headers: on, with
{"Authorization": "Bearer <SECRET>"}

A status of 0 is down; the button Test sends a message without one, which is answered as filtered.
""",
)

HEALTHCHECKS = Recipe(
    name="healthchecks",
    title="Healthchecks",
    scheme=Scheme.BEARER,
    mapping={
        "check": "$.check",
        "code": "$.code",
        "tags": "$.tags",
        "at": "$.at",
    },
    filters=('status == "down"',),
    setup="""\
Integrations → Webhook → Add Integration, under "Execute when a check goes down":

POST <URL>
Request Headers:
Content-Type: application/json
Authorization: Bearer <SECRET>
Request Body:
{"check": $NAME_JSON, "code": "$CODE", "status": "$STATUS", "tags": "$TAGS", "at": "$NOW"}
""",
)

GITHUB = Recipe(
    name="github",
    title="GitHub",
    scheme=Scheme.GITHUB,
    mapping={
        "repository": "$.repository.full_name",
        "workflow": "$.workflow_run.name",
        "branch": "$.workflow_run.head_branch",
        "commit": "$.workflow_run.head_sha",
        "conclusion": "$.workflow_run.conclusion",
        "attempt": "$.workflow_run.run_attempt",
        "url": "$.workflow_run.html_url",
    },
    filters=('action == "completed"', 'workflow_run.conclusion in ["failure", "timed_out"]'),
    setup="""\
Settings of the repository or organisation → Webhooks → Add webhook:

Payload URL: <URL>
Content type: application/json
Secret: <SECRET>
Which events: Let me select individual events → Workflow runs

For other events change the filters, as in: issue present, action == "opened".
""",
)

HOME_ASSISTANT = Recipe(
    name="home-assistant",
    title="Home Assistant",
    scheme=Scheme.BEARER,
    mapping={
        "entity": "$.entity_id",
        "from": "$.from_state",
        "to": "$.to_state",
        "message": "$.message",
        "at": "$.at",
    },
    setup="""\
In configuration.yaml:

rest_command:
  claudeops:
    url: "<URL>"
    method: post
    content_type: "application/json"
    headers:
      authorization: "Bearer <SECRET>"
    payload: >-
      {{ {"entity_id": entity_id, "from_state": from_state, "to_state": to_state,
          "message": message, "at": now().isoformat()} | to_json }}

In the actions of an automation with a state trigger:

- action: rest_command.claudeops
  data:
    entity_id: "{{ trigger.entity_id }}"
    from_state: "{{ trigger.from_state.state }}"
    to_state: "{{ trigger.to_state.state }}"
    message: "{{ trigger.to_state.name }} is {{ trigger.to_state.state }}"
""",
)

RECIPES: tuple[Recipe, ...] = (ALERTMANAGER, GRAFANA, UPTIME_KUMA, HEALTHCHECKS, GITHUB, HOME_ASSISTANT)


def find_recipe(name: str) -> Recipe:
    """Raises NotFound."""
    for recipe in RECIPES:
        if recipe.name == name:
            return recipe
    known = ", ".join(recipe.name for recipe in RECIPES)
    raise NotFound(f"There is no recipe {name!r}; known are: {known}.", field="recipe")
