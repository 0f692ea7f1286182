"""The JSON Schema of plan files: current, of the dialect that editors read, and never stricter than `komek plans check`."""

import tomllib

import jsonschema
import jsonschema_rs

from dispatch.plans.book import BUILT_IN, BadPlans, parse
from streams.codegen import plans_schema
from tests.support.broken_plans import broken_plans


def test_the_schema_is_that_of_the_code() -> None:
    """Renew it with `.venv/bin/python -m streams.codegen.plans_schema`."""
    assert plans_schema.FILE.read_text(encoding="utf-8") == plans_schema.text()


def test_the_builtin_plans_name_their_schema_and_obey_it() -> None:
    text = BUILT_IN.read_text(encoding="utf-8")
    directive = text.splitlines()[0]

    jsonschema.Draft4Validator.check_schema(plans_schema.schema())
    assert (BUILT_IN.parent / directive.removeprefix("#:schema ")).resolve() == plans_schema.FILE.resolve()
    assert jsonschema_rs.Draft4Validator(plans_schema.schema()).is_valid(tomllib.loads(text))


def test_every_setting_of_the_schema_has_a_description() -> None:
    schema = plans_schema.schema()

    tables = [schema, *schema["definitions"].values()]
    settings = [entry for table in tables for entry in table.get("properties", {}).values()]
    assert len(settings) > 50
    assert [entry for entry in settings if "description" not in entry] == []


def test_the_schema_refuses_only_what_the_check_refuses() -> None:
    validator = jsonschema_rs.Draft4Validator(plans_schema.schema())
    refused = [table for table in broken_plans() if not validator.is_valid(table)]

    assert len(refused) > 500
    assert [table for table in refused if _is_valid(table)] == []


def _is_valid(table: dict[str, object]) -> bool:
    try:
        parse(table, source="plans.toml")
    except BadPlans:
        return False
    return True
