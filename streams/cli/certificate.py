"""The certificate of the API as its settings name it, checked before anything starts."""

import ssl

from streams.cli.errors import WRONG_USE, CommandFailed
from streams.settings import Settings
from streams.tls import BadCertificate, ServerCertificate, client_context


def trust_of(settings: Settings) -> ssl.SSLContext:
    """What commands trust for the API.

    Raises:
        CommandFailed: the file of KOMEK_API_CA cannot be used.
    """
    try:
        return client_context(settings)
    except BadCertificate as error:
        raise CommandFailed(str(error), "Correct the file, or unset the setting.", WRONG_USE) from error


def certificate_of(settings: Settings) -> ServerCertificate | None:
    """The certificate of the API, if it serves TLS.

    Raises:
        CommandFailed: a file cannot be used.
        SettingsError: only one of the two settings is set.
    """
    files = settings.tls_files()
    try:
        return ServerCertificate(*files) if files else None
    except BadCertificate as error:
        raise CommandFailed(str(error), "Correct the files, or unset both settings.", WRONG_USE) from error
