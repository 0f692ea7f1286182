"""The credentials of the Faust app, which its own consumer and producer use, as every other client has them."""

from faust.auth import Credentials, OAuthCredentials, SASLCredentials, SSLCredentials

from streams.kafka import security
from streams.settings import Settings


def broker_credentials(settings: Settings) -> Credentials | None:
    """Faust's setting of this name; None for PLAINTEXT."""
    given = security.of_aiokafka(settings)
    context = given.get("ssl_context")
    if "sasl_mechanism" not in given:
        return SSLCredentials(context) if context is not None else None
    if provider := given.get("sasl_oauth_token_provider"):
        return OAuthCredentials(oauth_cb=provider, ssl_context=context)
    return SASLCredentials(
        username=given["sasl_plain_username"],
        password=given["sasl_plain_password"],
        ssl_context=context,
        mechanism=given["sasl_mechanism"],
    )
