"""The same secure stack from the side of Redis and of the API: TLS, a user for each component, and files for their owner only."""

import json
import re
import ssl
import stat
from pathlib import Path
from typing import Any

import httpx2
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from streams import redis_keys
from streams.components import Component
from streams.redis_url import parse
from streams.store.redis_connections import blocking_client
from streams.store.redis_target import target_of
from tests.support.secure_stack import SecureStack
from tests.support.town import Town
from tests.support.waiting import until

pytestmark = pytest.mark.stack

API, WORKER, NOTIFIER = Component.API, Component.WORKER, Component.NOTIFIER
OPERATOR, MONITOR = Component.OPERATOR, Component.MONITOR


def test_the_whole_way_works_and_redis_denies_nobody_anything(secure_stack: SecureStack, secure_town: Town) -> None:
    before = denials(secure_stack)
    near = secure_town.volunteer("near")
    incident = secure_town.report(caller={"name": "A", "phone": "+77010000000"}, description="түтін")
    offer = until(lambda: secure_town.live(incident).get(near))
    secure_town.answer(offer, "accept")
    until(lambda: secure_town.incident(incident)["status"] == "staffed")
    rebuilt = secure_stack.run("rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert secure_town.call("GET", f"/v1/volunteers/{near}", "volunteer", near).status_code == 200
    assert secure_town.call("GET", "/v1/status", "operator", "op-1").json()["components"]["redis"]["status"] == "up"
    secure_town.call("POST", f"/v1/incidents/{incident}/close", "operator", "op-1", {})
    until(lambda: secure_town.incident(incident)["status"] == "closed")
    erased = secure_town.call("DELETE", f"/v1/volunteers/{near}", "volunteer", near)
    assert erased.status_code == 202, erased.text

    assert denials(secure_stack) == before


def denials(stack: SecureStack) -> int:
    """How often Redis has refused a command or a login, by its own count."""
    with blocking_client(target_of(stack.settings_of(MONITOR)), timeout_s=5.0) as client:
        told: dict[str, Any] = client.info("errorstats")
    return sum(told.get(f"errorstat_{code}", {"count": 0})["count"] for code in ("NOPERM", "WRONGPASS", "NOAUTH"))


@pytest.mark.parametrize(
    ("component", "command"),
    [
        # Only workers claim and decide.
        (API, ("ZREM", redis_keys.PENDING_CLAIMS, "v|o")),
        (API, ("DEL", redis_keys.incident("i"))),
        (API, ("SET", redis_keys.ready("x"), "1")),
        (NOTIFIER, ("SET", redis_keys.incident("i"), "{}")),
        (NOTIFIER, ("GET", redis_keys.incident("i"))),
        (MONITOR, ("HGETALL", redis_keys.volunteer("v"))),
        (WORKER, ("SET", "another", "1")),
        (OPERATOR, ("CLIENT", "LIST")),
        *((component, ("FLUSHALL",)) for component in Component),
        *((component, ("KEYS", "*")) for component in Component),
        *((component, ("CONFIG", "GET", "*")) for component in Component),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else str(value),
)
def test_redis_refuses_what_a_component_does_not_do(
    component: Component, command: tuple[str, ...], secure_stack: SecureStack
) -> None:
    with (
        blocking_client(target_of(secure_stack.settings_of(component)), timeout_s=5.0) as client,
        pytest.raises(redis.exceptions.NoPermissionError),
    ):
        client.execute_command(*command)  # type: ignore[no-untyped-call]


def test_redis_takes_no_stranger(secure_stack: SecureStack) -> None:
    """Without a login, with a guessed password, without TLS, and behind TLS."""
    ((host, port),) = parse(secure_stack.redis).hosts
    ca = str(secure_stack.secrets.authority.ca)
    log = (secure_stack.logs / "redis.log").read_text("utf-8")
    plain = int(re.findall(r"port=(\d+)", log)[-1])
    strangers: tuple[dict[str, Any], ...] = (
        {"port": port, "ssl": True, "ssl_ca_certs": ca},
        {"port": port, "ssl": True, "ssl_ca_certs": ca, "username": "komek-worker", "password": "guessed"},
        {"port": plain},
        # The certificate is not one of the system's CAs.
        {"port": port, "ssl": True},
        {"port": port},
    )
    for given in strangers:
        client = redis.Redis(host=host, socket_timeout=1.0, retry=Retry(NoBackoff(), 0), **given)
        with client, pytest.raises((redis.exceptions.RedisError, OSError)):
            client.get(redis_keys.volunteer("v"))


@pytest.mark.parametrize(("component", "command"), [(WORKER, "worker"), (API, "api"), (OPERATOR, "rebuild")])
def test_a_process_with_a_wrong_password_ends_with_one_sentence(
    component: Component, command: str, secure_stack: SecureStack, tmp_path: Path
) -> None:
    wrong = tmp_path / "password"
    wrong.write_text("guessed\n")
    wrong.chmod(0o600)

    done = secure_stack.run_as(component, command, KOMEK_REDIS_PASSWORD_FILE=str(wrong))

    assert done.returncode == 2, done.stderr
    assert f"refuses the login of the user komek-{component}: wrong password, or no such user" in done.stderr


def test_a_process_with_too_few_rights_ends_with_one_sentence(secure_stack: SecureStack) -> None:
    notifier = secure_stack.secrets.environ_of(NOTIFIER)
    login = {name: notifier[name] for name in ("KOMEK_REDIS_USER", "KOMEK_REDIS_PASSWORD_FILE")}

    done = secure_stack.run_as(WORKER, "worker", **login)

    assert done.returncode == 2, done.stderr
    assert "does not let the user komek-notifier do what worker needs" in done.stderr


def test_the_api_speaks_tls_and_nothing_else(secure_stack: SecureStack) -> None:
    answer = httpx2.get(f"{secure_stack.api}/readyz", verify=secure_stack.trust)

    assert secure_stack.api.startswith("https://")
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    with pytest.raises(httpx2.HTTPError):
        httpx2.get(secure_stack.api.replace("https://", "http://") + "/readyz")
    with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx2.get(f"{secure_stack.api}/readyz", verify=ssl.create_default_context())


def test_the_commands_and_the_doctor_find_their_way(secure_stack: SecureStack) -> None:
    """With nothing but KOMEK_DATA, from what `stack.json` says."""
    environ = {
        name: "" for name in secure_stack.command_environ() if name.startswith("KOMEK_") and name != "KOMEK_DATA"
    }

    status = secure_stack.run("status", "--json", environ=environ)
    doctor = secure_stack.run("doctor", "--json", environ=environ)

    assert status.returncode == 0, status.stderr
    failed = [check for check in json.loads(doctor.stdout) if check["level"] == "fail"]
    assert failed == []


def test_every_file_of_a_running_stack_is_its_owners_only(secure_stack: SecureStack) -> None:
    # `up.log` is written by the test that started the stack.
    paths = [path for path in secure_stack.data.rglob("*") if not path.is_symlink() and path.name != "up.log"]
    found = {path: stat.S_IMODE(path.lstat().st_mode) for path in paths}

    assert {str(path): oct(mode) for path, mode in found.items() if mode & 0o077} == {}
    assert stat.S_IMODE(secure_stack.data.stat().st_mode) == 0o700
    secrets = [path.read_text("ascii").strip() for path in (secure_stack.data / "passwords").iterdir()]
    said = (secure_stack.data / "stack.json").read_text("utf-8") + secure_stack.said()
    assert not [one for one in secrets if one in said]
