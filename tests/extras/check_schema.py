#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Validates kept texts in JSON against their schema: check_schema.py SCHEMA FOLDER.

Knows as much of JSON Schema as the schema uses, and refuses a schema that uses more. It proves first that it can fail."""
import copy
import json
import pathlib
import re
import sys

KNOWN = {"$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required", "additionalProperties",
         "items", "enum", "const", "pattern", "minimum", "minItems"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}


def is_of(value, name):
    return isinstance(value, TYPES[name]) and not (name == "integer" and isinstance(value, bool))


def faults(value, schema, root, where="document"):
    """What is wrong with a value, a sentence for each."""
    if unknown := set(schema) - KNOWN:
        raise SystemExit(f"{where}: the schema uses {sorted(unknown)}, which this check does not know")
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(is_of(value, name) for name in types):
        return [f"{where}: {value!r} is none of {types}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r} is none of {schema['enum']}")
    if "const" in schema and value != schema["const"]:
        found.append(f"{where}: {value!r} is not {schema['const']!r}")
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        found.append(f"{where}: {value!r} does not match {schema['pattern']}")
    if "minimum" in schema and isinstance(value, int) and value < schema["minimum"]:
        found.append(f"{where}: {value} is below {schema['minimum']}")
    return found + faults_inside(value, schema, root, where)


def faults_inside(value, schema, root, where):
    found = []
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            found.append(f"{where}: has only {len(value)} items")
        for number, item in enumerate(value):
            found += faults(item, schema.get("items", {}), root, f"{where}[{number}]")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{where}: has no {name}" for name in schema.get("required", []) if name not in value]
        for name, member in value.items():
            if name in properties:
                found += faults(member, properties[name], root, f"{where}.{name}")
            elif schema.get("additionalProperties") is False:
                found.append(f"{where}: has {name}, which is not in the schema")
    return found


def damaged(document):
    """The document with one thing wrong with it, in several ways."""
    def changed(change):
        other = copy.deepcopy(document)
        change(other)
        return other
    own = DAMAGE_OF_CHECKS if "checks" in document else DAMAGE_OF_PLANS
    return [changed(change) for change in DAMAGE + own]


DAMAGE = [lambda each: each.pop("version"), lambda each: each.update(version=2), lambda each: each.update(purpose="fun"),
          lambda each: each.update(more=1)]
DAMAGE_OF_PLANS = [lambda each: each["attempts"].clear(), lambda each: each["memory"].update(ram="1"),
                   lambda each: each["attempts"][0].update(flags="x"), lambda each: each["files"][0].update(sha256="00")]
DAMAGE_OF_CHECKS = [lambda each: each["checks"].clear(), lambda each: each["checks"][0].update(verdict="fine"),
                    lambda each: each["checks"][0].pop("remedy"), lambda each: each["checks"][0].update(found=""),
                    lambda each: each["checks"][0]["sum"].append({"name": "x", "size": -1, "reason": "y"})]


def main():
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    plans = sorted(pathlib.Path(sys.argv[2]).glob("*.json"))
    found = [] if plans else [f"there is nothing to check in {sys.argv[2]}"]
    for path in plans:
        plan = json.loads(path.read_text(encoding="utf-8"))
        found += [f"{path.name}: {fault}" for fault in faults(plan, schema, schema)]
        found += [f"{path.name}: damage number {number} is overlooked"
                  for number, bad in enumerate(damaged(plan)) if not faults(bad, schema, schema)]
    print("\n".join(found) if found else f"{len(plans)} documents")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
