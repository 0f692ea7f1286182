"""The Helm chart of `deploy/chart`: Helm and the schemas of Kubernetes accept what it makes, and refuse what they should."""

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from streams.codegen.chart_files import schema, values
from streams.codegen.process_list import read
from streams.kafka.acl_admin import PRINCIPAL_TYPE, usual_principals
from streams.local.node_security import ADMINISTRATOR
from streams.settings import names
from tests.support.composed import DEPLOY
from tests.support.programs import program

CHART = DEPLOY / "chart"
EXAMPLE = CHART / "examples" / "values.yaml"
KUBERNETES = "1.31"
STATED = read()
LEAST = {"kafka": {"bootstrapServers": "kafka:9093"}, "redis": {"url": "rediss://redis:6379/0"}}


def helm(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [program("helm", why="the chart is not rendered"), *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def rendered(*words: str, values: Path = EXAMPLE) -> list[dict[str, Any]]:
    done = helm(
        "template", "k", str(CHART), "-n", "komek", "--kube-version", f"{KUBERNETES}.0", "-f", str(values), *words
    )
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def of_kind(documents: list[dict[str, Any]], *kinds: str) -> dict[str, dict[str, Any]]:
    return {found["metadata"]["name"]: found for found in documents if found["kind"] in kinds}


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    return rendered()


FOLLOWING = ("--set", "settings.KOMEK_CAP_FEEDS=https://meteo.example/feed")
COMPONENTS = {name: process for name, process in STATED.processes.items() if process.component is not None}


def test_helm_accepts_the_chart() -> None:
    done = helm("lint", "--strict", str(CHART), "-f", str(EXAMPLE))

    assert done.returncode == 0, done.stdout


def judged(documents: list[dict[str, Any]], folder: Path) -> str:
    """What the schemas of Kubernetes say; KEDA's own kinds are not among them."""
    checker = program("kubernetes-validate", why="manifests are not compared with the schemas of Kubernetes")
    file = folder / "all.yaml"
    file.write_text(yaml.safe_dump_all([found for found in documents if "keda.sh" not in found["apiVersion"]]), "utf-8")
    done = subprocess.run(
        [checker, "--strict", "-k", KUBERNETES, str(file)], capture_output=True, text=True, timeout=300, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_kubernetes_accepts_what_it_makes(documents: list[dict[str, Any]], tmp_path: Path) -> None:
    assert judged(documents, tmp_path) == ""


def test_a_field_that_kubernetes_does_not_know_is_noticed(documents: list[dict[str, Any]], tmp_path: Path) -> None:
    broken = json.loads(json.dumps(documents))
    next(iter(of_kind(broken, "Deployment").values()))["spec"]["strategy"]["maxSurge"] = 1

    assert "maxSurge" in judged(broken, tmp_path)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"kafka": {"bootstrapServers": ""}}, "bootstrapServers"),
        ({"kafka": {"bootstrapServers": "kafka"}}, "bootstrapServers"),
        ({"redis": {"url": "redis://komek:password@redis/0"}}, "url"),
        ({"settings": {"KOMEK_LOGLEVEL": "info"}}, "KOMEK_LOGLEVEL"),
        ({"processes": {"notifier": {"optionalSecrets": ["sms_url"]}}}, "optionalSecrets"),
        ({"processes": {"worker": {"optionalSecrets": ["sms-url"]}}}, "optionalSecrets"),
        ({"image": {"digest": "sha256:1"}}, "digest"),
        ({"replicas": 3}, "replicas"),
    ],
)
def test_values_that_mean_nothing_are_refused(wrong: dict[str, Any], named: str) -> None:
    made = {**values(STATED), **LEAST, **wrong}

    (error, *_) = jsonschema.Draft7Validator(schema(STATED)).iter_errors(made)
    assert named in f"{list(error.absolute_path)} {error.message}"


def test_default_values_need_only_the_two_servers() -> None:
    jsonschema.Draft7Validator(schema(STATED)).validate({**values(STATED), **LEAST})
    jsonschema.Draft7Validator(schema(STATED)).validate(yaml.safe_load(EXAMPLE.read_text("utf-8")))


def test_the_chart_is_of_this_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    (version,) = [
        line.split('"')[1]
        for line in (DEPLOY.parent / "pyproject.toml").read_text("utf-8").splitlines()
        if line.startswith("version = ")
    ]

    assert chart["appVersion"] == version


def test_every_process_runs_with_probes_time_to_end_and_least_rights(documents: list[dict[str, Any]]) -> None:
    made = of_kind(documents, "Deployment", "StatefulSet")

    made |= of_kind(rendered(*FOLLOWING), "Deployment", "StatefulSet")
    assert made.keys() == {f"k-komek-{name}" for name in STATED.processes}
    for name, process in STATED.processes.items():
        pod = made[f"k-komek-{name}"]["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert container["args"] == list(process.command)
        assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": process.port}
        assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": process.port}
        assert pod["terminationGracePeriodSeconds"] > 10
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["volumes"][0]["secret"]["secretName"] == f"komek-{name}"


def test_a_process_is_told_what_the_list_says(documents: list[dict[str, Any]]) -> None:
    for name, process in COMPONENTS.items():
        told = environ(documents, name)
        assert told.keys() <= names().keys()
        assert "KOMEK_DATA_KEYS" in told
        assert ("KOMEK_PROXY" in told) == ("proxy" in process.settings)
        assert told.get("KOMEK_SMS_URL_FILE") == ("/run/secrets/sms-url" if name in ("api", "notifier") else None)


def environ(documents: list[dict[str, Any]], name: str) -> dict[str, str]:
    made = of_kind(documents, "Deployment", "StatefulSet")[f"k-komek-{name}"]
    (container,) = made["spec"]["template"]["spec"]["containers"]
    return {entry["name"]: entry["value"] for entry in container["env"]}


def test_a_redis_without_tls_and_sentinels_needs_no_files_of_them() -> None:
    told = environ(
        rendered("--set", "redis.hasCa=false,redis.hasSentinels=false,redis.url=redis://redis:6379/0"), "worker"
    )

    assert not told.keys() & {"KOMEK_REDIS_CA", "KOMEK_REDIS_SENTINEL_PASSWORD_FILE"}


def test_workers_follow_the_committed_lag(documents: list[dict[str, Any]]) -> None:
    (scaled,) = of_kind(documents, "ScaledObject").values()
    (trigger,) = scaled["spec"]["triggers"]

    assert trigger["metadata"]["consumerGroup"] == "komek-dispatcher"
    assert trigger["metadata"]["topic"] == "komek.incidents.v1"
    # Two who set the number of workers would fight.
    assert "replicas" not in of_kind(documents, "Deployment")["k-komek-worker"]["spec"]
    assert of_kind(documents, "HorizontalPodAutoscaler") == {}


def test_without_keda_the_number_of_workers_is_stated() -> None:
    made = rendered("--set", "autoscaling.enabled=false")

    assert of_kind(made, "ScaledObject", "TriggerAuthentication") == {}
    assert of_kind(made, "Deployment")["k-komek-worker"]["spec"]["replicas"] == STATED.processes["worker"].replicas


def test_no_more_than_one_of_several_is_drained_at_once(documents: list[dict[str, Any]]) -> None:
    several = {f"k-komek-{name}" for name, process in STATED.processes.items() if process.replicas > 1}

    budgets = of_kind(documents, "PodDisruptionBudget")
    assert budgets.keys() == several
    assert {budget["spec"]["maxUnavailable"] for budget in budgets.values()} == {1}


def test_each_process_has_a_network_policy_both_ways(documents: list[dict[str, Any]]) -> None:
    policies = of_kind(documents, "NetworkPolicy")

    assert policies.keys() == {f"k-komek-{name}" for name in COMPONENTS}
    assert all(policy["spec"]["policyTypes"] == ["Ingress", "Egress"] for policy in policies.values())
    # A worker reaches Kafka, Redis and names, and nothing on the internet.
    ports = {port["port"] for rule in policies["k-komek-worker"]["spec"]["egress"] for port in rule["ports"]}
    assert ports == {53, 9092, 9093, 6379, 26379}


def test_feeds_are_followed_only_where_some_are_named(documents: list[dict[str, Any]], tmp_path: Path) -> None:
    made = rendered(*FOLLOWING)
    told = environ(made, "follower")
    policies = of_kind(made, "NetworkPolicy")
    ports = {port["port"] for rule in policies["k-komek-follower"]["spec"]["egress"] for port in rule["ports"]}

    assert "k-komek-follower" not in of_kind(documents, "StatefulSet", "NetworkPolicy")
    assert "k-komek-follower" in of_kind(made, "StatefulSet")  # its ledger outlives the pod
    assert (told["KOMEK_CAP_FEEDS"], told["KOMEK_CAP_TOKEN"]) == (
        "https://meteo.example/feed",
        "/run/secrets/cap-token",
    )
    assert (told["KOMEK_HOST"], told["KOMEK_PORT"]) == ("k-komek-api", "80")
    assert not [name for name in told if name.startswith(("KOMEK_KAFKA", "KOMEK_REDIS", "KOMEK_DATA_"))]
    # Names, the API, and feeds: neither Kafka nor Redis.
    assert ports == {53, STATED.processes["api"].port, 443, 80}
    assert judged(made, tmp_path) == ""


def test_topics_come_before_the_processes(documents: list[dict[str, Any]]) -> None:
    (job,) = of_kind(documents, "Job").values()
    pod = job["spec"]["template"]["spec"]

    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert [container["args"] for container in (*pod["initContainers"], *pod["containers"])] == [
        list(stated.command) for stated in STATED.jobs.values() if not stated.passwords
    ]


def test_the_kafka_of_the_example_has_every_user_and_the_ports_of_the_values() -> None:
    made = list(yaml.safe_load_all((CHART / "examples" / "strimzi.yaml").read_text("utf-8")))
    (kafka,) = of_kind(made, "Kafka").values()
    users = of_kind(made, "KafkaUser").keys()
    port = yaml.safe_load(EXAMPLE.read_text("utf-8"))["kafka"]["bootstrapServers"].rpartition(":")[2]

    assert users == {principal.removeprefix(PRINCIPAL_TYPE) for principal in usual_principals().values()} | {
        ADMINISTRATOR
    }
    assert int(port) in {
        listener["port"]
        for listener in kafka["spec"]["kafka"]["listeners"]
        if listener["authentication"]["type"] == "scram-sha-512"
    }


def test_monitoring_brings_the_dashboards_and_rules_of_the_other_ways(tmp_path: Path) -> None:
    made = rendered("--set", "monitoring.dashboards=true", "--set", "monitoring.rules=true")
    maps = {name: text for found in of_kind(made, "ConfigMap").values() for name, text in found["data"].items()}
    (rules,) = of_kind(made, "PrometheusRule").values()

    kept = {path.name: path.read_text("utf-8") for path in (DEPLOY / "grafana" / "dashboards").iterdir()}
    assert {name: json.loads(text) for name, text in maps.items()} == {
        name: json.loads(text) for name, text in kept.items()
    }
    assert rules["spec"] == yaml.safe_load((DEPLOY / "alerts.yml").read_text("utf-8"))
    assert judged([found for found in made if found["kind"] != "PrometheusRule"], tmp_path) == ""


@pytest.fixture(scope="module")
def with_backups() -> list[dict[str, Any]]:
    return rendered("--set", "backups.enabled=true")


def test_kubernetes_accepts_the_backups(with_backups: list[dict[str, Any]], tmp_path: Path) -> None:
    assert judged(with_backups, tmp_path) == ""


def test_without_them_there_are_none(documents: list[dict[str, Any]]) -> None:
    assert of_kind(documents, "CronJob", "PersistentVolumeClaim") == {}
    # Whoever installs it is told. Only a cluster renders this file.
    assert "not .Values.backups.enabled" in (CHART / "templates" / "NOTES.txt").read_text("utf-8")


def test_exports_are_cron_jobs_of_the_list_with_a_volume_that_outlives_the_release(
    with_backups: list[dict[str, Any]],
) -> None:
    jobs, (claim,) = of_kind(with_backups, "CronJob"), of_kind(with_backups, "PersistentVolumeClaim").values()

    assert jobs.keys() == {f"k-komek-{name}" for name in STATED.timers}
    assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    for name, timer in STATED.timers.items():
        stated = jobs[f"k-komek-{name}"]["spec"]
        job = stated["jobTemplate"]["spec"]
        pod = job["template"]["spec"]
        (container,) = pod["containers"]
        told = {entry["name"]: entry["value"] for entry in container["env"]}
        assert (stated["schedule"], stated["timeZone"], stated["concurrencyPolicy"]) == (
            timer.cron,
            "Etc/UTC",
            "Forbid",
        )
        assert container["args"] == list(timer.command)
        assert job["activeDeadlineSeconds"] == timer.within_s
        assert told.keys() <= names().keys()
        assert (told["KOMEK_KAFKA_USER"], told["KOMEK_BACKUPS"]) == ("komek-backup", STATED.image.backups)
        assert "KOMEK_REDIS" not in told
        assert pod["volumes"][0]["secret"]["secretName"] == "komek-backup"
        assert container["securityContext"]["readOnlyRootFilesystem"]


def test_backups_reach_kafka_alone_and_only_prometheus_reaches_their_exporter(
    with_backups: list[dict[str, Any]],
) -> None:
    policies = of_kind(with_backups, "NetworkPolicy")
    jobs, exporter = policies["k-komek-backups"]["spec"], policies["k-komek-backup-metrics"]["spec"]

    assert {port["port"] for rule in jobs["egress"] for port in rule["ports"]} == {53, 9092, 9093}
    assert "ingress" not in jobs
    assert "egress" not in exporter
    (mount,) = of_kind(with_backups, "Deployment")["k-komek-backup-metrics"]["spec"]["template"]["spec"]["containers"][
        0
    ]["volumeMounts"]
    assert mount["readOnly"] is True
