"""`deploy/compose.yaml`: Compose's schema accepts it, each process gets files and settings to start with, and no more."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from streams import clock, settings
from streams.assistant.assistant import Assistant
from streams.backup.backup_key import LEAST_CHARACTERS
from streams.cli.issued_tokens import token_in
from streams.codegen import compose_clients, compose_file, compose_servers
from streams.codegen.deployment_secrets import DeploymentSecrets
from streams.codegen.process_list import BACKUP, read
from streams.ring import KeyUse, LiveRing
from streams.ring.live_ring import require
from streams.tokens import BadKeys, Role, load_keys
from tests.support.composed import DEPLOY, compose, service
from tests.support.programs import program
from tests.support.whole_stack import COMMAND

STATED = read()
PROVISIONED = ["grafana/provisioning/dashboards/komek.yml", "grafana/provisioning/datasources/komek.yml"]
SERVICES: dict[str, Any] = compose()["services"]
OURS = {
    instance: name for name, process in STATED.processes.items() for instance in compose_file.instances(name, process)
}
COMPONENTS = {instance: name for instance, name in OURS.items() if STATED.processes[name].component is not None}
WITH_SETTINGS = sorted([*COMPONENTS, *STATED.jobs, *STATED.timers, "operator"])
CLIENTS = sorted(OURS.keys() - COMPONENTS.keys())


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deployment") / "secrets"
    DeploymentSecrets(folder=folder, stated=STATED).make()
    return folder


def said(command: list[str]) -> str:
    """What a checker says; empty when it accepts."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr or f"exit code {done.returncode}"


def judged(file: Path) -> str:
    checker = program("check-jsonschema", why="compose.yaml is not compared with the schema of Compose")
    return said([checker, "--builtin-schema", "vendor.compose-spec", str(file)])


def test_compose_accepts_the_file() -> None:
    assert judged(DEPLOY / "compose.yaml") == ""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("cap_drop:", "capabilities_dropped:"), ("restart: unless-stopped", "restart: 3"), ("services:", "service:")],
)
def test_a_broken_file_is_noticed(right: str, wrong: str, tmp_path: Path) -> None:
    broken = tmp_path / "compose.yaml"
    broken.write_text((DEPLOY / "compose.yaml").read_text("utf-8").replace(right, wrong, 1), "utf-8")

    assert "Schema validation errors" in judged(broken)


@pytest.mark.parametrize("name", ["compose.yaml", "compose/prometheus.yml", "prometheus.yml", *PROVISIONED])
def test_it_is_clean_yaml(name: str) -> None:
    lint = program("yamllint", why="style and duplicate keys of the YAML files are not checked")
    rules = "{extends: relaxed, rules: {line-length: disable, key-duplicates: enable}}"

    assert said([lint, "--strict", "-d", rules, str(DEPLOY / name)]) == ""


@pytest.mark.parametrize("name", ["compose/prometheus.yml", "prometheus.yml"])
def test_prometheus_accepts_its_configuration(name: str, tmp_path: Path) -> None:
    tool = program("promtool", why="the configuration of Prometheus is not checked")
    (tmp_path / "targets").mkdir()
    shutil.copy(DEPLOY / "systemd" / "targets.json", tmp_path / "targets")
    for file in (DEPLOY / name, DEPLOY / "alerts.yml"):
        shutil.copy(file, tmp_path)

    assert said([tool, "check", "config", str(tmp_path / "prometheus.yml")]) == ""


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_container_can_do_nothing_but_its_work(name: str) -> None:
    stated = SERVICES[name]

    assert stated["read_only"] is True
    assert stated["cap_drop"] == ["ALL"]
    assert stated["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in stated
    assert int(stated["user"].partition(":")[0]) > 0 or stated["cap_add"] == ["NET_BIND_SERVICE"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_is_mounted_is_there(name: str, secrets: Path) -> None:
    for place, path in service(name, secrets, Path("/volumes")).places.items():
        # Files of the deployer; volumes and memory begin empty.
        if place != STATED.image.files and not path.is_relative_to("/volumes"):
            assert path.exists()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_networks_volumes_and_what_it_waits_for_exist(name: str) -> None:
    whole, stated = compose(), SERVICES[name]
    mounted = {volume.split(":")[0] for volume in stated.get("volumes", ())}

    assert set(stated.get("networks", ())) <= whole["networks"].keys()
    assert ("networks" in stated) != ("network_mode" in stated)
    assert {source for source in mounted if not source.startswith("./")} <= whole["volumes"].keys()
    assert set(stated.get("depends_on", {})) <= SERVICES.keys()


@pytest.mark.parametrize("name", WITH_SETTINGS)
def test_its_settings_load(name: str, secrets: Path, tmp_path: Path) -> None:
    loaded = settings.load(service(name, secrets, tmp_path).environ({}))

    assert loaded.kafka_security == ("SSL" if name in STATED.jobs else "SASL_SSL")
    assert (loaded.replication, loaded.min_insync) == (3, 2)


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_a_process_holds_the_keys_of_its_work_alone(name: str, secrets: Path, tmp_path: Path) -> None:
    ring = LiveRing.of(settings.load(service(name, secrets, tmp_path).environ({}))).now
    uses = STATED.processes[OURS[name]].keys

    require(ring, *uses)
    assert {key.use for key in ring.keys} == set(uses) <= set(KeyUse)


def test_the_keys_of_the_assistant_suffice_for_it(secrets: Path, tmp_path: Path) -> None:
    assert isinstance(Assistant(settings.load(service("assistant", secrets, tmp_path).environ({}))), Assistant)


def test_only_the_operator_can_make_tokens(secrets: Path) -> None:
    assert load_keys(secrets / "operator" / "jwt-keys").issue(Role.ADMIN, "me", now_s=1)
    with pytest.raises(BadKeys):
        load_keys(secrets / "api" / "jwt-keys").issue(Role.ADMIN, "me", now_s=1)


def test_no_two_processes_share_a_password(secrets: Path) -> None:
    passwords = [
        path.read_text("ascii")
        for name in (*set(COMPONENTS.values()), BACKUP, "operator")
        for path in (secrets / name).glob("*-password")
    ]
    of_sentinels = {(secrets / "api" / "redis-sentinel-password").read_text("ascii")}

    assert len(passwords) - len(set(passwords)) == len(
        set(COMPONENTS.values())
    )  # that of the Sentinels, which all have
    assert of_sentinels < set(passwords)


def test_a_second_run_keeps_every_secret(secrets: Path) -> None:
    before = {path: path.read_bytes() for path in secrets.rglob("*") if path.is_file()}
    DeploymentSecrets(folder=secrets, stated=STATED).make()

    assert {path: path.read_bytes() for path in secrets.rglob("*") if path.is_file()} == before


def test_a_changed_ring_is_handed_out(tmp_path: Path) -> None:
    made = DeploymentSecrets(folder=tmp_path, stated=STATED)
    made.make()
    ring = tmp_path / "authority" / "data-keys.json"
    keys = json.loads(ring.read_text("utf-8"))
    keys["keys"] = [key for key in keys["keys"] if key["use"] != "data"]
    keys["keys"].append({"use": "data", "state": "active", "key": "A" * 43})
    ring.write_text(json.dumps(keys), "utf-8")
    made.make()

    assert [
        key.key for key in LiveRing.of(settings.Settings(data_keys=tmp_path / "worker" / "data-keys")).now.keys
    ] == [bytes(32)]


def test_workers_and_servers_cannot_reach_the_internet() -> None:
    networks = compose()["networks"]
    inside = {name for name, stated in networks.items() if (stated or {}).get("internal")}

    for name in (
        *compose_servers.KAFKA,
        *compose_servers.REDIS,
        *compose_servers.SENTINELS,
        "worker-1",
        "topics",
        *STATED.timers,
        "prometheus",
    ):
        assert set(SERVICES[name]["networks"]) <= inside


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_of_the_api_gets_a_token_that_another_one_makes_without_a_network(
    name: str, secrets: Path, tmp_path: Path
) -> None:
    own, signer = service(name, secrets, tmp_path), service(compose_clients.signer_of(name), secrets, tmp_path)
    process = STATED.processes[OURS[name]]
    assert process.token is not None
    feeds = {"KOMEK_CAP_FEEDS": "https://meteo.example/feed"}
    signer.places[f"/run/{name}"].mkdir(exist_ok=True)

    done = subprocess.run(
        [*COMMAND, *signer.command[: signer.command.index("--every")]],
        env=signer.environ({}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    loaded = settings.load(own.environ(feeds))
    assert loaded.cap_token is not None
    bearer = load_keys(secrets / "api" / "jwt-keys").verify(token_in(loaded.cap_token), now_s=clock.now_ms() // 1000)
    assert (bearer.sub, bearer.role) == (process.token.id, process.token.role)
    assert (loaded.kafka, loaded.redis, loaded.jwt_keys, loaded.data_keys) == (None, None, None, None)
    assert (SERVICES[name]["profiles"], signer.stated["profiles"]) == ([name], [name])
    assert signer.stated["network_mode"] == "none"
    assert signer.stated["command"][-2:] == ["--every", str(process.token.every_min)]


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_reaches_the_api_by_a_network_on_which_no_header_of_a_proxy_is_believed(name: str) -> None:
    (alias,) = {
        network
        for stated in (SERVICES["api-1"], SERVICES["api-2"])
        for network, how in stated["networks"].items()
        if how.get("aliases") == [SERVICES[name]["environment"]["KOMEK_HOST"]]
    }

    assert alias in SERVICES[name]["networks"]
    assert not {"stores", "front"} & set(SERVICES[name]["networks"])
    assert compose()["networks"]["front"]["ipam"]["config"] == [{"subnet": compose_file.DEPLOYED["proxy"]}]


def test_prometheus_asks_every_process() -> None:
    stated = compose_file._prometheus(STATED)["scrape_configs"]
    asked = {target for job in stated for config in job["static_configs"] for target in config["targets"]}

    exporter = f"{compose_file.EXPORTER}:{compose_file.EXPORTER_PORT}"
    assert asked == {f"{instance}:{STATED.processes[name].port}" for instance, name in OURS.items()} | {exporter}


@pytest.mark.parametrize("name", sorted(STATED.timers))
def test_exports_are_made_again_and_again_as_their_own_user_who_reaches_kafka_alone(
    name: str, secrets: Path, tmp_path: Path
) -> None:
    stated = SERVICES[name]
    loaded = settings.load(service(name, secrets, tmp_path).environ({}))

    assert stated["command"] == [
        *STATED.timers[name].command, "--every", str(STATED.timers[name].every_min),
    ]  # fmt: skip
    assert (loaded.kafka_user, loaded.redis) == ("komek-backup", None)
    assert str(loaded.backups) == str(service(name, secrets, tmp_path).places[STATED.image.backups])
    assert len(loaded.backup_key or "") >= LEAST_CHARACTERS
    assert {key.use for key in LiveRing.of(loaded).now.keys} == {KeyUse.DIGEST}
    assert stated["networks"] == ["stores"]


def test_the_exporter_of_backups_reads_their_folder_and_no_more() -> None:
    stated = SERVICES[compose_file.EXPORTER]

    assert stated["user"] == SERVICES["export"]["user"]
    assert stated["volumes"] == [f"{compose_file.BACKUPS}:{STATED.image.backups}:ro"]
    assert f"--collector.textfile.directory={STATED.image.backups}" in stated["command"]
