"""What ninja's OpenAPI document leaves out: the problems of each route, and parameters without a null."""

import json
import re
from http.client import responses
from typing import Any

from ninja.openapi.schema import OpenAPISchema

from claudeops.problems import CONTENT_TYPE
from system.wire import Problem

PROBLEM: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
ALWAYS = (400, 422, 429, 500, 503)
WITH_SIGN_IN = (401, 403)
WITH_BODY = (413, 415)
# As RFC 9110 names them, and Python from 3.13 on: the document is the same on every version.
PHRASES = {**responses, 413: "Content Too Large", 422: "Unprocessable Content"}


def completed(document: OpenAPISchema) -> OpenAPISchema:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= {**schema.pop("$defs"), "Problem": schema}
    for path in document["paths"].values():
        for method, operation in path.items():
            _complete_operation(method, operation)
    _drop_unused_schemas(document)
    return document


def _drop_unused_schemas(document: OpenAPISchema) -> None:
    """ninja leaves the models of query parameters behind, whose fields stand in the parameters already."""
    schemas = document["components"]["schemas"]
    used: set[str] = set()
    found = _names_in(document["paths"])
    while found:
        used |= found
        found = _names_in([schemas[name] for name in found]) - used
    document["components"]["schemas"] = {name: schemas[name] for name in sorted(used)}


def _names_in(part: Any) -> set[str]:
    return set(re.findall(r"#/components/schemas/(\w+)", json.dumps(part)))


def _complete_operation(method: str, operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        parameter["schema"] = _without_null(parameter["schema"])
    statuses = {*ALWAYS}
    if "security" in operation:
        statuses.update(WITH_SIGN_IN)
    if method != "get":
        statuses.update(WITH_BODY)
    found = operation["responses"]
    statuses.update(status for status in found if status >= 400 and _is_problem(found[status]))
    for status in statuses:
        found.setdefault(status, {"description": responses[status]})
        if status not in found or _is_problem(found[status]) or "content" not in found[status]:
            found[status]["content"] = {CONTENT_TYPE: PROBLEM}
    for status, response in found.items():
        if response["description"] == responses[status]:
            response["description"] = PHRASES[status]
    operation["responses"] = dict(sorted(found.items()))


def _is_problem(response: dict[str, Any]) -> bool:
    content = response.get("content", {}).get("application/json", {})
    return bool(content.get("schema", {}).get("$ref", "").endswith("/Problem"))


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is None here; no text in a query means null."""
    given = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
    if len(given) == len(schema.get("anyOf", [])):
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**rest, **given[0]} if len(given) == 1 else {**rest, "anyOf": given}
