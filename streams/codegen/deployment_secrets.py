"""Makes the secrets of a deployment, a folder for each process: `python -m streams.codegen.deployment_secrets FOLDER`.

What is there is kept: a repeat adds what is missing, hands out a changed key ring and renews certificates before their end.
`authority` has the key of the backups too (`backups/key`): without it no export can be read.
Run it as root where the files are for containers: they are given to the users of these. `authority`, `operator` and
`administrator` rule the deployment: back them up where nobody else reads them.
"""

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.codegen import compose_servers as servers
from streams.codegen.compose_clients import signer_of
from streams.codegen.process_list import BACKUP, ProcessList, file_name, read
from streams.components import Component
from streams.kafka.acl_admin import PRINCIPAL_TYPE, usual_principals
from streams.local.certificates import Authority
from streams.local.keys import (
    OWNER_ONLY_FOLDER,
    ensure_data_keys,
    ensure_jwt_keys,
    ensure_password,
    ensure_vapid_key,
    write_secret,
)
from streams.local.node_security import ADMINISTRATOR, BROKER
from streams.ring import KeyRing, KeyUse
from streams.ring.ring_file import read_ring, write_ring
from streams.store.redis_users import acl_file, user_of, users

GRAFANA_USER = 472
_PRIVATE_PARTS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Of a JWK (RFC 7518)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSecrets:
    """All of one folder."""

    folder: Path
    stated: ProcessList
    hosts: Sequence[str] = servers.KAFKA
    """Names of the brokers, for their certificate."""

    def make(self) -> None:
        for name, process in self.stated.processes.items():
            if process.component is None:
                # Its token is made by another one, again and again.
                self._own(name)
                write_secret(self._own(signer_of(name)) / "jwt-keys", self._jwt_keys.read_text("utf-8"))
            else:
                self._fill(name, process.component, self.stated.secrets_of(process), process.keys)
        for timer in self.stated.timers.values():
            self._fill(BACKUP, Component.BACKUP, timer.secrets, timer.keys)
        self._fill("operator", Component.OPERATOR, self.stated.operator.secrets, tuple(KeyUse))
        write_secret(self._own("operator") / "jwt-keys", self._jwt_keys.read_text("utf-8"))
        self._administrator()
        self._monitor()
        self._servers()
        self._hand_over()

    def _fill(self, name: str, component: Component, secrets: Sequence[str], uses: Sequence[KeyUse]) -> None:
        own = self._own(name)
        kafka = usual_principals()[component].removeprefix(PRINCIPAL_TYPE)
        texts = {
            "kafka_ca": lambda: self._authority.ca.read_text("ascii"),
            "redis_ca": lambda: self._authority.ca.read_text("ascii"),
            "kafka_password": lambda: self._password("kafka", kafka),
            "redis_password": lambda: self._password("redis", user_of(component)),
            "redis_sentinel_password": lambda: self._password("redis", "sentinels"),
            "jwt_keys": lambda: _public(self._jwt_keys.read_text("utf-8")),
            "backup_key": lambda: self._password("backups", "key"),
            "vapid_key": lambda: ensure_vapid_key(self._own("authority") / "vapid-key.pem").read_text("ascii"),
        }
        for secret in secrets:
            if secret == "data_keys":  # noqa: S105 - a name
                ring = read_ring(ensure_data_keys(self._own("authority") / "data-keys.json"))[1]
                write_ring(own / file_name(secret), KeyRing([key for key in ring.keys if key.use in uses]))
            else:
                write_secret(own / file_name(secret), texts[secret]())

    def _administrator(self) -> None:
        """Who makes topics, users and rights, by a certificate."""
        own, certificate = self._own("administrator"), self._authority.client(ADMINISTRATOR)
        write_secret(own / "kafka-ca", self._authority.ca.read_text("ascii"))
        write_secret(own / "kafka-cert", certificate.certificate.read_text("ascii"))
        write_secret(own / "kafka-key", certificate.key.read_text("ascii"))
        passwords = own / "passwords"
        passwords.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)
        for principal in usual_principals().values():
            user = principal.removeprefix(PRINCIPAL_TYPE)
            write_secret(passwords / user, self._password("kafka", user))

    def _monitor(self) -> None:
        """What reads the committed lag, such as KEDA."""
        user = usual_principals()[Component.MONITOR].removeprefix(PRINCIPAL_TYPE)
        self._fill("monitor", Component.MONITOR, ("kafka_ca", "kafka_password"), ())
        write_secret(self._own("monitor") / "kafka-user", user)

    def _servers(self) -> None:
        kafka, redis, sentinel = self._own("kafka"), self._own("redis"), self._own("sentinel")
        broker = self._authority.server(BROKER, self.hosts)
        write_secret(kafka / "ca.pem", self._authority.ca.read_text("ascii"))
        write_secret(kafka / "kafka.both.pem", broker.both.read_text("ascii"))
        hashes = {name: hashlib.sha256(self._password("redis", name).encode()).hexdigest() for name, _, _ in users()}
        write_secret(redis / "users.acl", acl_file(hashes))
        replica, sentinels = self._password("redis", "komek-replica"), self._password("redis", "sentinels")
        write_secret(redis / "redis.conf", f"masteruser komek-replica\nmasterauth {replica}\n")
        watch = self._password("redis", "komek-sentinel")
        login = f"sentinel auth-pass {servers.MASTER} {watch}\n"
        write_secret(
            sentinel / "sentinel.conf", f"requirepass {sentinels}\nsentinel sentinel-pass {sentinels}\n{login}"
        )
        write_secret(self._own("grafana") / "grafana-password", self._password("grafana", "admin"))

    def _hand_over(self) -> None:
        """To the users of the containers; only root can."""
        if os.geteuid() != 0:
            return
        of_servers = {"kafka": servers.KAFKA_USER, "redis": servers.REDIS_USER, "sentinel": servers.REDIS_USER}
        signers = [signer_of(name) for name, process in self.stated.processes.items() if process.token]
        komek = dict.fromkeys(
            (*self.stated.processes, *signers, BACKUP, "operator", "administrator"), self.stated.image.user
        )
        for name, user in {**of_servers, **komek, "grafana": GRAFANA_USER}.items():
            own = self.folder / name
            for path in (own, *own.rglob("*")):
                os.chown(path, user, user)

    @property
    def _authority(self) -> Authority:
        return Authority(self._own("authority") / "tls")

    @property
    def _jwt_keys(self) -> Path:
        return ensure_jwt_keys(self._own("authority") / "jwt-keys.json")

    def _password(self, server: str, user: str) -> str:
        return ensure_password(self._own("authority") / server, user).read_text("ascii").strip()

    def _own(self, name: str) -> Path:
        own = self.folder / name
        own.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        return own


def _public(jwk_set: str) -> str:
    """The keys that verify: no process of a deployment can make a token."""
    keys = json.loads(jwk_set)["keys"]
    return json.dumps({"keys": [{k: v for k, v in key.items() if k not in _PRIVATE_PARTS} for key in keys]}) + "\n"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m streams.codegen.deployment_secrets FOLDER")
    folder = Path(sys.argv[1])
    DeploymentSecrets(folder=folder, stated=read()).make()
    given = "" if os.geteuid() == 0 else "; not root: give the files to the users of the containers yourself"
    sys.stdout.write(f"{folder}: secrets of {len(list(folder.iterdir()))} parts{given}\n")


if __name__ == "__main__":
    main()
