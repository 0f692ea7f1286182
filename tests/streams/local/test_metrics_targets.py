"""The list of addresses that a Prometheus of this machine reads."""

import json
from pathlib import Path

from streams.local import metrics_targets
from streams.local.process import Part


def test_each_process_has_an_address_of_its_own_and_the_list_names_all(tmp_path: Path) -> None:
    parts = [Part(name=name, command=["komek"], rank=1, environ={"A": "b"}) for name in ("worker-1", "notifier")]

    probed, addresses = metrics_targets.with_probes(parts)
    metrics_targets.write(tmp_path / "metrics.json", "https://127.0.0.1:8443", addresses)

    assert {part.name: part.environ["KOMEK_PROBES"] for part in probed} == addresses
    assert all(part.environ["A"] == "b" for part in probed)
    assert len(set(addresses.values())) == 2
    listed = json.loads((tmp_path / "metrics.json").read_text())
    assert listed[0] == {
        "targets": ["127.0.0.1:8443"],
        "labels": {"job": "komek", "process": "api", "__scheme__": "https"},
    }
    assert {entry["labels"]["process"]: entry["targets"][0] for entry in listed[1:]} == addresses
