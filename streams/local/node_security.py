"""The security of a local Kafka node: TLS on every listener, SCRAM users, and ACLs that deny what they do not allow.

Three kinds of listeners. Clients authenticate with user and password over TLS (SASL_SSL, SCRAM-SHA-512). ADMIN, CONTROLLER and
the listener between brokers require a client certificate of the stack's own CA: brokers and the administrator prove who they are
before any user exists, so no password stands on a command line or in the node's configuration.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from streams.local.certificates import Certificate

if TYPE_CHECKING:
    from streams.local.kafka_node import Node

CLIENTS, ADMIN, CONTROLLER = "SASL_SSL", "ADMIN", "CONTROLLER"
BROKER = "kafka"
"""Common name of the certificate of all nodes."""
ADMINISTRATOR = "komek-admin"
"""Common name of the certificate that may do everything: it makes topics, users and ACLs."""
_SCRAM_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSecurity:
    ca: Path
    certificate: Certificate
    """For 127.0.0.1, with the common name `BROKER`."""
    admin_port: int
    more: Mapping[str, str] = field(default_factory=dict)
    """Properties that are added or replaced."""

    @property
    def administration(self) -> str:
        """Address of the listener ADMIN."""
        return f"127.0.0.1:{self.admin_port}"


def protocols(node: "Node") -> dict[str, str]:
    """Protocol of each listener of a secure node."""
    ways = {way.name: "SSL" if way.name == node.brokers_by else "SASL_SSL" for way in node.ways}
    return {CONTROLLER: "SSL", CLIENTS: "SASL_SSL", ADMIN: "SSL", **ways}


def properties(security: NodeSecurity, listeners: Mapping[str, str]) -> dict[str, str]:
    """What a secure node has beside the configuration of a plain one. `listeners`: as `protocols` gives them."""
    with_certificate = [name for name, protocol in listeners.items() if protocol == "SSL"]
    with_password = [name for name, protocol in listeners.items() if protocol == "SASL_SSL"]
    return {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(security.certificate.both),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(security.ca),
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        # Without a user: brokers use another listener among themselves. Users are in the metadata log.
        **{f"listener.name.{name.lower()}.scram-sha-512.sasl.jaas.config": _SCRAM_LOGIN for name in with_password},
        **{f"listener.name.{name.lower()}.ssl.client.auth": "required" for name in with_certificate},
        # User:NAME for a certificate with the common name NAME, as for a SCRAM user: one ACL serves both.
        "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": ";".join(f"User:{name}" for name in (BROKER, ADMINISTRATOR)),
        "allow.everyone.if.no.acl.found": "false",
        **security.more,
    }
