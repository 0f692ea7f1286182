"""A secure local stack: certificates, one user for each component with its own password, and its rights in Kafka.

`komek up --secure` and the tests run so. What `environ_of` returns is all that a process gets: its own user, never another's.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from streams import clock
from streams import settings as all_settings
from streams.components import Component
from streams.errors import BrokerError
from streams.kafka import acl_admin, rights, scram_users, topic_admin
from streams.local import node_security
from streams.local.certificates import Authority
from streams.local.errors import NeverReady
from streams.local.folder import Folder
from streams.local.keys import ensure_password, write_secret
from streams.local.node_security import NodeSecurity
from streams.settings import Settings, overridden
from streams.store.redis_users import acl_file, user_of

USABLE_WITHIN_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """The secrets of one folder. Files are made when they are first asked for, and kept."""

    folder: Folder
    authority: Authority
    has_redis: bool = False
    """Whether the stack has a Redis with these users; another one has users of its own, or none."""

    def node(self, admin_port: int, more: Mapping[str, str] | None = None) -> NodeSecurity:
        """The security of a Kafka node; all nodes of a cluster share one certificate."""
        return NodeSecurity(
            ca=self.authority.ca,
            certificate=self.authority.server(node_security.BROKER),
            admin_port=admin_port,
            more=more or {},
        )

    def environ_of(self, component: Component) -> dict[str, str]:
        """The settings by which a process of the component connects."""
        return {
            "KOMEK_KAFKA_SECURITY": "SASL_SSL",
            "KOMEK_KAFKA_CA": str(self.authority.ca),
            "KOMEK_KAFKA_USER": _user(component),
            "KOMEK_KAFKA_PASSWORD_FILE": str(self._password(component)),
            **self.api_trust(),
            **(self._redis_of(component) if self.has_redis else {}),
        }

    def api_trust(self) -> dict[str, str]:
        """The setting by which a client verifies the API."""
        return {"KOMEK_API_CA": str(self.authority.ca)}

    def api_certificate(self) -> dict[str, str]:
        """The settings by which the API serves TLS."""
        own = self.authority.server("api")
        return {"KOMEK_TLS_CERT": str(own.certificate), "KOMEK_TLS_KEY": str(own.key)}

    def redis_users(self) -> Path:
        """The file with the users of Redis, written anew: their rights may have changed since."""
        file = self.folder.passwords / "redis-users.acl"
        hashes = {user_of(component): _sha256(self._redis_password(component)) for component in Component}
        write_secret(file, acl_file(hashes, only=hashes))
        return file

    def _redis_of(self, component: Component) -> dict[str, str]:
        return {
            "KOMEK_REDIS_CA": str(self.authority.ca),
            "KOMEK_REDIS_USER": user_of(component),
            "KOMEK_REDIS_PASSWORD_FILE": str(self._redis_password(component)),
        }

    def _redis_password(self, component: Component) -> Path:
        return ensure_password(self.folder.passwords, f"redis-{component}")

    def administrator(self, servers: str) -> dict[str, str]:
        """The settings of the administrator. `servers`: the listener ADMIN of each node."""
        own = self.authority.client(node_security.ADMINISTRATOR)
        return {
            "KOMEK_KAFKA": servers,
            "KOMEK_KAFKA_SECURITY": "SSL",
            "KOMEK_KAFKA_CA": str(self.authority.ca),
            "KOMEK_KAFKA_CERT": str(own.certificate),
            "KOMEK_KAFKA_KEY": str(own.key),
        }

    def write_administrator(self, servers: str) -> None:
        """Writes these settings to a file, for commands such as `komek topics apply`: `env $(cat FILE) komek …`."""
        lines = [f"{name}={value}\n" for name, value in self.administrator(servers).items()]
        write_secret(self.folder.administrator, "".join(lines))

    def admit(self, servers: str, administration: str) -> None:
        """Makes the users and their ACLs, and returns when every component can use them. A repeat is harmless.

        `servers`: the listener of the users; `administration`: that of the administrator.

        Raises:
            BrokerError: no broker answered, or it refused.
            NeverReady: a user cannot do what its component needs.
        """
        administrator = all_settings.load(self.administrator(administration))
        scram_users.set_passwords(administrator, {_user(component): self._text(component) for component in Component})
        acl_admin.apply_acls(administrator, acl_admin.grants(acl_admin.usual_principals()))
        deadline = clock.monotonic_s() + USABLE_WITHIN_S
        for component in Component:
            own = all_settings.load({"KOMEK_KAFKA": servers, **self.environ_of(component)})
            _await_rights(own, component, deadline)

    def _text(self, component: Component) -> str:
        return self._password(component).read_text("ascii").strip()

    def _password(self, component: Component) -> Path:
        return ensure_password(self.folder.passwords, f"kafka-{component}")


def secured(folder: Folder, *, has_redis: bool = False) -> Secured:
    """The secrets in this folder, with a CA that is made if missing."""
    return Secured(folder=folder, authority=Authority(folder.tls), has_redis=has_redis)


def _sha256(password: Path) -> str:
    return hashlib.sha256(password.read_bytes().strip()).hexdigest()


def environ_for(environ: Mapping[str, str], secrets: Secured | None, component: Component) -> dict[str, str]:
    """The environment of a process: `environ`, with the settings of its component in a secure stack."""
    return overridden(environ, secrets.environ_of(component) if secrets else {})


def _user(component: Component) -> str:
    return acl_admin.usual_principals()[component].removeprefix(acl_admin.PRINCIPAL_TYPE)


def _await_rights(settings: Settings, component: Component, deadline: float) -> None:
    """Brokers learn of users and ACLs some milliseconds after the controller."""
    while True:
        try:
            with topic_admin.connected(settings, timeout_s=1.0) as admin:
                rights.require_rights(admin, settings, component)
            return
        except BrokerError as error:
            reason = str(error)
        if clock.monotonic_s() > deadline:
            raise NeverReady(f"Kafka does not admit {component}: {reason}", "See kafka.log in the folder logs.")
        time.sleep(0.1)
