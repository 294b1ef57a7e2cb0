"""What went through each network interface, and whether the world can be reached."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import psutil
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from agents.probes.base import Probe, ProbeContext, ProbeResult
from agents.probes.connections import Attempt, parse_target, try_all
from agents.probes.findings import make_finding
from agents.probes.wording import listed, size
from agents.reports import Finding
from system.thresholds import Thresholds

ERRORS_WORTH_A_WORD, ERROR_SHARE = 100, 0.001
VIRTUAL = ("veth", "ifb", "dummy")
MOST_INTERFACES = 50
DEFAULT_ROUTE_UP = 0x1


def _checked(target: str) -> str:
    parse_target(target)
    return target


class NetworkParams(BaseModel):
    """The default targets are public resolvers: two by address, so that only the last one needs names."""

    model_config = ConfigDict(extra="forbid")

    targets: Annotated[list[Annotated[str, AfterValidator(_checked)]], Field(max_length=20)] = [
        "1.1.1.1:443",
        "9.9.9.9:443",
        "dns.google:443",
    ]
    timeout_s: Annotated[float, Field(ge=0.1, le=10)] = 2


class Network(Probe[NetworkParams]):
    name = "network"
    summary = "Traffic, errors and drops of every interface, and connections to the outside"
    params_model = NetworkParams

    def collect(self, params: NetworkParams, context: ProbeContext) -> ProbeResult:
        before = {row["name"]: row for row in (context.previous or {}).get("interfaces", [])}
        interfaces = [_with_news(row, before.get(row["name"])) for row in _read_interfaces()]
        attempts = try_all(params.targets, params.timeout_s, context.stop)
        data = {
            "connected": any(not attempt.error for attempt in attempts) if attempts else None,
            "default_route": has_default_route(),
            "targets_were_named": "targets" in params.model_fields_set,
            "targets": [_row(attempt) for attempt in attempts],
            "interfaces": interfaces[:MOST_INTERFACES],
        }
        return ProbeResult(data=data, text=_describe(data))

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        return [*_judge_targets(data), *(finding for row in data["interfaces"] for finding in _judge(row))]


def has_default_route(net: Path = Path("/proc/net")) -> bool | None:
    """None where the kernel does not say."""
    try:
        v4 = [line.split() for line in (net / "route").read_text(encoding="ascii").splitlines()[1:]]
    except OSError:
        return None
    try:
        v6 = [line.split() for line in (net / "ipv6_route").read_text(encoding="ascii").splitlines()]
    except OSError:
        v6 = []
    return any(
        row[1] == "00000000" and int(row[3], 16) & DEFAULT_ROUTE_UP for row in v4 if len(row) > 3
    ) or any(row[0] == "0" * 32 and row[1] == "00" and row[-1] != "lo" for row in v6 if len(row) > 9)


def _row(attempt: Attempt) -> dict[str, Any]:
    return {"target": attempt.target, "milliseconds": attempt.milliseconds, "error": attempt.error}


def _read_interfaces() -> list[dict[str, Any]]:
    states = psutil.net_if_stats()
    return [
        {
            "name": name,
            "up": name in states and states[name].isup,
            "bytes_sent": counters.bytes_sent,
            "bytes_received": counters.bytes_recv,
            "packets": counters.packets_sent + counters.packets_recv,
            "errors": counters.errin + counters.errout,
            "drops": counters.dropin + counters.dropout,
        }
        for name, counters in sorted(psutil.net_io_counters(pernic=True).items())
        if name != "lo" and not name.startswith(VIRTUAL)
    ]


def _with_news(row: dict[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """`row` with what is new since the last run; all of it when counters began anew in between."""
    news = {}
    for key in ("packets", "errors", "drops"):
        old = before.get(key, 0) if before else 0
        news[f"new_{key}"] = row[key] - old if row[key] >= old else row[key]
    return row | news


def _describe(data: Mapping[str, Any]) -> str:
    lines = [
        f"{row['name']} ({'up' if row['up'] else 'down'}): {size(row['bytes_received'])} in,"
        f" {size(row['bytes_sent'])} out, {row['errors']} errors, {row['drops']} drops"
        for row in data["interfaces"]
    ]
    lines += [
        f"{row['target']}: {row['error'] or f'''connected in {row['milliseconds']:g} ms'''}"
        for row in data["targets"]
    ]
    return "\n".join(lines) or "No network interface"


def _judge_targets(data: Mapping[str, Any]) -> list[Finding]:
    failed = [row for row in data["targets"] if row["error"]]
    if not failed:
        return []
    evidence = "; ".join(f"{row['target']}: {row['error']}" for row in failed) + "."
    if data["connected"]:
        return [_some_failed(data, failed, evidence)]
    cut_off = data["default_route"] is False
    return [
        make_finding(
            "This machine has no way to the outside"
            if cut_off
            else "No target on the network can be reached",
            "info" if cut_off and not data["targets_were_named"] else "warning",
            evidence=evidence + (" There is no default route." if cut_off else ""),
            recommendation=(
                "Check cable, address, router and firewall. If this machine is meant to be on its own, name"
                " the targets it should reach, or none, in the network step's params."
            ),
            command="ip route; ip -brief address",
        )
    ]


def _some_failed(data: Mapping[str, Any], failed: list[Any], evidence: str) -> Finding:
    unnamed = all(row["error"].startswith("no resolver") for row in failed)
    return make_finding(
        "Names do not resolve" if unnamed else f"Not reachable: {listed([row['target'] for row in failed])}",
        "warning" if unnamed or data["targets_were_named"] else "info",
        evidence=evidence,
        recommendation=(
            "Check the resolver in /etc/resolv.conf; nothing that uses names works until it answers."
            if unnamed
            else "Other targets answer, so the network works: check the target and the firewalls between."
        ),
        command="cat /etc/resolv.conf" if unnamed else None,
    )


def _judge(row: Mapping[str, Any]) -> list[Finding]:
    errors, packets = row["new_errors"], row["new_packets"]
    if errors < ERRORS_WORTH_A_WORD or errors < ERROR_SHARE * packets:
        return []
    return [
        make_finding(
            f"Interface {row['name']} has {errors:,} transmission errors",
            "warning",
            evidence=(
                f"{errors:,} errors in {packets:,} packets since the last run (or the start, if this is the"
                f" first); {row['errors']:,} errors and {row['drops']:,} drops in all."
            ),
            recommendation="A bad cable, port or duplex setting is the usual cause. Swap the cable first.",
            command=f"ip -statistics -statistics link show {row['name']}",
        )
    ]
