"""What the tools send, with the field names that their documentation gives; the values are made up."""

from typing import Any


def alertmanager(status: str = "firing") -> dict[str, Any]:
    labels = {"alertname": "DiskWillFill", "severity": "critical", "job": "node"}
    ended = "0001-01-01T00:00:00Z" if status == "firing" else "2026-11-26T09:40:00.000Z"

    def alert(instance: str, state: str) -> dict[str, Any]:
        return {
            "status": state,
            "labels": {**labels, "instance": instance},
            "annotations": {"summary": f"{instance} is full within four hours"},
            "startsAt": "2026-11-26T09:12:41.551Z",
            "endsAt": ended,
            "generatorURL": "http://prometheus.example:9090/graph?g0.expr=predict_linear",
            "fingerprint": "8f1c2d3e4a5b6c7d",
        }

    return {
        "version": "4",
        "groupKey": '{}/{severity="critical"}:{alertname="DiskWillFill"}',
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "claudeops",
        "groupLabels": {"alertname": "DiskWillFill"},
        "commonLabels": labels,
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example:9093",
        "alerts": [alert("db1:9100", status), alert("db2:9100", "resolved")],
    }


def grafana(status: str = "firing") -> dict[str, Any]:
    labels = {"alertname": "High load", "severity": "warning", "grafana_folder": "Hosts"}
    alert = {
        "status": status,
        "labels": {**labels, "instance": "nas"},
        "annotations": {"summary": "The load of nas is above 8"},
        "startsAt": "2026-11-26T10:05:30+01:00",
        "endsAt": "0001-01-01T00:00:00Z",
        "values": {"A": 9.25, "C": 1},
        "generatorURL": "https://grafana.example/alerting/grafana/abc/view",
        "fingerprint": "57c6d9296de2ad39",
        "silenceURL": "https://grafana.example/alerting/silence/new",
        "dashboardURL": "https://grafana.example/d/hosts",
        "panelURL": "https://grafana.example/d/hosts?viewPanel=4",
        "imageURL": "",
    }
    return {
        "receiver": "ClaudeOps",
        "status": status,
        "orgId": 1,
        "alerts": [alert],
        "groupLabels": {"alertname": "High load"},
        "commonLabels": labels,
        "commonAnnotations": {},
        "externalURL": "https://grafana.example/",
        "appVersion": "12.3.0",
        "version": "1",
        "groupKey": "{}:{alertname='High load'}",
        "truncatedAlerts": 0,
        "title": "[FIRING:1] High load Hosts (nas warning)",
        "state": "alerting",
        "message": "**Firing**\n\nValue: A=9.25, C=1",
    }


def uptime_kuma(status: int = 0) -> dict[str, Any]:
    return {
        "heartbeat": {
            "monitorID": 7,
            "status": status,
            "time": "2026-11-26 09:15:02.114",
            "msg": "connect ECONNREFUSED 192.0.2.7:443",
            "ping": None,
            "important": True,
            "duration": 61,
            "timezone": "Europe/Berlin",
            "timezoneOffset": "+01:00",
            "localDateTime": "2026-11-26 10:15:02",
        },
        "monitor": {
            "id": 7,
            "name": "Photos",
            "description": None,
            "url": "https://photos.example",
            "method": "GET",
            "hostname": None,
            "port": None,
            "maxretries": 1,
            "weight": 2000,
            "active": True,
            "type": "http",
            "interval": 60,
            "retryInterval": 60,
            "keyword": None,
            "tags": [],
        },
        "msg": "[Photos] [🔴 Down] connect ECONNREFUSED 192.0.2.7:443",
    }


def uptime_kuma_test() -> dict[str, Any]:
    return {"heartbeat": None, "monitor": None, "msg": "ClaudeOps Testing"}


def healthchecks(status: str = "down") -> str:
    """The body of the recipe as Healthchecks fills it in: $NAME_JSON with its quotes, the others without."""
    body = '{"check": $NAME_JSON, "code": "$CODE", "status": "$STATUS", "tags": "$TAGS", "at": "$NOW"}'
    for name, value in {
        "$NAME_JSON": '"Backup of \\"nas\\""',
        "$CODE": "0f8e2c1a-5d3b-4a6c-9e7f-1b2c3d4e5f60",
        "$STATUS": status,
        "$TAGS": "prod backup",
        "$NOW": "2026-11-26T03:30:00+00:00",
    }.items():
        body = body.replace(name, value)
    return body


def github_workflow_run(conclusion: str | None = "failure", action: str = "completed") -> dict[str, Any]:
    return {
        "action": action,
        "workflow_run": {
            "id": 19_482_375_611,
            "name": "CI",
            "node_id": "WFR_kwLOexample",
            "head_branch": "main",
            "head_sha": "7f3ad1c0e5b94a2d8c6e1f0b3a5d7c9e2f4b6a80",
            "path": ".github/workflows/ci.yml",
            "display_title": "Make the tests faster",
            "run_number": 512,
            "event": "push",
            "status": "completed" if conclusion else "in_progress",
            "conclusion": conclusion,
            "workflow_id": 99_120_334,
            "html_url": "https://github.com/example/shop/actions/runs/19482375611",
            "run_attempt": 1,
            "created_at": "2026-11-26T09:00:00Z",
            "updated_at": "2026-11-26T09:07:12Z",
            "run_started_at": "2026-11-26T09:00:00Z",
        },
        "workflow": {"id": 99_120_334, "name": "CI", "path": ".github/workflows/ci.yml", "state": "active"},
        "repository": {"id": 42, "name": "shop", "full_name": "example/shop", "private": True},
        "sender": {"login": "octo", "id": 1, "type": "User"},
    }


def github_ping() -> dict[str, Any]:
    return {
        "zen": "Non-blocking is better than blocking.",
        "hook_id": 301_022_114,
        "hook": {"type": "Repository", "id": 301_022_114, "active": True, "events": ["workflow_run"]},
        "repository": {"id": 42, "full_name": "example/shop"},
        "sender": {"login": "octo"},
    }


def home_assistant() -> dict[str, Any]:
    return {
        "entity_id": "binary_sensor.nas_smart",
        "from_state": "off",
        "to_state": "on",
        "message": "NAS SMART is on",
        "at": "2026-11-26T10:15:02.114000+01:00",
    }
