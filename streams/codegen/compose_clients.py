"""The clients of the API in `deploy/compose.yaml`: where they find one, and who makes their tokens."""

from typing import Any

from streams.codegen.compose_servers import SECRETS, confined
from streams.codegen.process_list import Process, ProcessList, RenewedToken, file_name, setting

API_ALIAS = "api"
"""Any of the APIs: the resolver of the network names all that run, and a client tries one after the other. On the network from
which an API believes nobody's X-Forwarded-For."""


def api_for(stated: ProcessList) -> dict[str, str]:
    """The settings by which a client finds an API."""
    return {setting("host"): API_ALIAS, setting("port"): str(stated.processes["api"].port)}


def token_file(process: Process) -> list[str]:
    """Names of the settings with the files of its token."""
    return [process.token.file] if process.token else []


def signers(stated: ProcessList, image: str) -> dict[str, Any]:
    """The services that make tokens, by name."""
    return {
        signer_of(name): _signer(stated, name, process.token, image)
        for name, process in stated.processes.items()
        if process.token is not None
    }


def signer_of(name: str) -> str:
    return f"{name}-token"


def _signer(stated: ProcessList, name: str, token: RenewedToken, image: str) -> dict[str, Any]:
    """It holds the private key, so it has no network; it reads nothing that others wrote."""
    made = f"/run/{name}"
    return {
        "image": image,
        "profiles": [name],
        **confined(user=stated.image.user, memory_mb=256, grace_s=10),
        "command": [*token.command, "--out", f"{made}/{file_name(token.file)}", "--every", str(token.every_min)],
        "environment": {
            setting("jwt_keys"): f"{SECRETS}/{file_name('jwt_keys')}",
            setting("data"): "/tmp",  # noqa: S108 - of the container
        },
        "volumes": [f"./secrets/{signer_of(name)}:{SECRETS}:ro", f"./secrets/{name}:{made}"],
        "network_mode": "none",
    }
