"""The format as a JSON Schema, for help and checks while a scenario file is edited.

Draft 7: editors for TOML read no newer one.
"""

import json
from typing import Any, cast

from scenarios.quantities import length_text
from scenarios.scenario import Scenario


def json_schema() -> dict[str, Any]:
    """The schema, from the same definition that reads the files."""
    made = Scenario.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    definitions = made.pop("$defs")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "bolk scenario",
        **_for_editors(made),
        "definitions": _for_editors(definitions),
    }


def schema_text() -> str:
    """The schema as the file beside the catalogue has it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _for_editors(node: Any) -> Any:
    if isinstance(node, list):
        return [_for_editors(one) for one in cast(list[Any], node)]
    if not isinstance(node, dict):
        return node
    parts = {key: _for_editors(value) for key, value in cast(dict[str, Any], node).items()}
    if isinstance(parts.get("title"), str):
        del parts["title"]  # only the key again, in capitals
    if {"type": "null"} in parts.get("anyOf", ()):  # TOML has no null: the key is left out
        present = [one for one in parts.pop("anyOf") if one != {"type": "null"}]
        parts = {**present[0], **{key: value for key, value in parts.items() if key != "default"}}
    if "prefixItems" in parts:  # what draft 7 calls items
        parts["items"] = parts.pop("prefixItems")
    if parts.get("type") == "string" and isinstance(parts.get("default"), float):
        parts["default"] = length_text(parts["default"])
    if "$ref" in parts and len(parts) > 1:  # draft 7 reads nothing beside a reference
        parts["allOf"] = [{"$ref": parts.pop("$ref")}]
    return parts
