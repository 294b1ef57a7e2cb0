"""The probes as an editor offers them."""

from agents.probes import PROBES


def _params_in_words(schema: dict[str, object]) -> str:
    """As in "paths (["/"]), depth (3)": the name of each, and what holds where it is left out."""
    properties = schema.get("properties", {})
    assert isinstance(properties, dict)  # noqa: S101 (pydantic's own)
    return ", ".join(
        f"{name} ({spec['default']})" if "default" in spec else str(name) for name, spec in properties.items()
    )


PROBE_CHOICES = tuple(
    {
        "name": probe.name,
        "summary": probe.summary,
        "params": _params_in_words(probe.params_model.model_json_schema()) or "it has none",
    }
    for _, probe in sorted(PROBES.items())
)
