"""Checks of a running stack. Each takes at most a few seconds and raises nothing."""

import urllib.error
import urllib.request
from collections.abc import Iterator

import psutil
import redis

from dispatch.model.plain_reason import plain_reason
from streams.components import Component
from streams.errors import BrokerError
from streams.kafka import rights, topic_admin
from streams.kafka.acl_admin import PRINCIPAL_TYPE, usual_principals
from streams.kafka.broker_access import identity
from streams.kafka.topic_drift import FINISH, Cure, told
from streams.local import stackfile
from streams.local.acl_checks import acl_checks
from streams.local.check import Check, Level, fail, note, ok, warn
from streams.local.stackfile import StackFile
from streams.local.version_checks import version_checks
from streams.setting_combinations import PLAINTEXT
from streams.settings import STRICT, Settings, SettingsError
from streams.store.redis_check import problem_of, problem_with
from streams.store.redis_connections import blocking_client
from streams.store.redis_target import target_of
from streams.store.redis_users import user_of
from streams.tls import BadCertificate, client_context

ANSWER_WITHIN_S = 3.0
LOGS_CURE = "See its log in the folder logs of KOMEK_DATA; `komek up` restarts it automatically."


def stack_checks(settings: Settings, stack: StackFile | None) -> Iterator[Check]:
    """Checks the stack in KOMEK_DATA, and Kafka and Redis as configured."""
    if stack is None:
        yield ok("stack", f"not running in {settings.data}")
    else:
        yield from (process(name, pid) for name, pid in sorted(stack.processes.items()))
        settings = stackfile.completed(settings, stack)
    yield tokens(settings)
    if settings.kafka is not None:
        access = kafka_access(settings)
        yield access
        yield from acl_checks(settings)
        if access.level is not Level.FAIL:
            yield kafka_topics(settings)
    if settings.redis is not None:
        yield redis_answers(settings)
    yield from version_checks(settings, stack)
    if stack is not None:
        yield workers(stack)
        yield notifier(stack)
        yield assistant(stack)
        yield api_ready(stack.api, settings)


def process(name: str, pid: int) -> Check:
    try:
        alive = psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        alive = False
    return ok(name, f"pid {pid} runs") if alive else fail(name, f"pid {pid} is gone", LOGS_CURE)


def tokens(settings: Settings) -> Check:
    """Which access tokens the API accepts."""
    if settings.tokens == STRICT:
        return ok("tokens", "strict: jti, typ and iat are required")
    return note("tokens", "compatible: accepted without jti or typ", "In production set KOMEK_TOKENS=strict.")


def kafka_access(settings: Settings) -> Check:
    """Whether a broker lets this client in, and which components it has the rights of."""
    try:
        with topic_admin.connected(settings, timeout_s=ANSWER_WITHIN_S) as admin:
            held = rights.held_rights(admin)
    except BrokerError as error:
        return fail("Kafka access", str(error), error.cure)
    enough = [component for component in Component if not rights.missing_rights(held, component)]
    named = _component_of(settings.kafka_user)
    # The rights of another component are no comfort to one that lacks its own.
    if not enough or named not in (None, *enough):
        needs = named or min(Component, key=lambda one: len(rights.missing_rights(held, one)))
        problem = rights.missing(held, settings, needs)
        return fail("Kafka access", str(problem), problem.cure)
    if settings.kafka_security == PLAINTEXT:
        found = f"{settings.kafka}: everybody who reaches it may do everything (PLAINTEXT)"
        cure = "Set KOMEK_KAFKA_SECURITY=SASL_SSL, and `komek topics acls --apply` once."
        if all(_is_loopback(server) for server in settings.require_kafka().split(",")):
            return note("Kafka access", found, f"In production: {cure[0].lower()}{cure[1:]}")
        return warn("Kafka access", found, cure)
    found = f"{identity(settings)} may do what {', '.join(enough)} need{'s' if len(enough) == 1 else ''}"
    if len(enough) == len(Component):
        return warn("Kafka access", found, "Give each component a user of its own: `komek topics acls`.")
    return ok("Kafka access", found)


def _component_of(user: str | None) -> Component | None:
    """Whose user it is by its usual name; None: of no component, or of several."""
    usual = usual_principals()
    return next((component for component in Component if usual.get(component) == f"{PRINCIPAL_TYPE}{user}"), None)


def _is_loopback(server: str) -> bool:
    host = server.strip().rpartition(":")[0].strip("[]")
    return host in ("localhost", "::1") or host.startswith("127.")


def kafka_topics(settings: Settings) -> Check:
    try:
        problems = topic_admin.check_topics(settings, timeout_s=ANSWER_WITHIN_S)
    except BrokerError as error:
        return fail("Kafka", str(error), error.cure)
    if problems:
        is_import = any(problem.cure is Cure.END_IMPORT for problem in problems)
        cure = f"End the import: {FINISH}." if is_import else "Run `komek topics apply`."
        return fail("topics", told(problems).replace("\n", "; "), cure)
    return ok("Kafka", f"{settings.kafka} answers, topics are as configured")


def redis_answers(settings: Settings) -> Check:
    """Whether Redis can be reached, takes the login, lets the user of a component do its work, and what version it is."""
    try:
        target = target_of(settings)
    except SettingsError as error:
        return fail("Redis", str(error), "Correct the settings.")
    named = next((component for component in Component if user_of(component) == settings.redis_user), None)
    if problem := problem_with(target, named, timeout_s=ANSWER_WITHIN_S):
        return fail("Redis", problem.message, problem.cure)
    try:
        with blocking_client(target, timeout_s=ANSWER_WITHIN_S) as client:
            version = client.info("server")["redis_version"]
    except (redis.RedisError, OSError) as error:
        problem = problem_of(error, target)
        return fail("Redis", problem.message, problem.cure)
    return ok("Redis", f"{version} at {target.shown} answers")


def workers(stack: StackFile) -> Check:
    alive = [name for name in stack.processes if name.startswith("worker-")]
    if alive:
        return ok("workers", f"{len(alive)} in this stack")
    return fail("workers", "none: reports are accepted but not decided", LOGS_CURE)


def notifier(stack: StackFile) -> Check:
    if "notifier" in stack.processes:
        return ok("notices", "a notifier runs in this stack")
    return fail("notices", "no notifier: offers are made, but no notices are sent", LOGS_CURE)


def assistant(stack: StackFile) -> Check:
    if "assistant" in stack.processes:
        return ok("assistant", "an assistant runs in this stack")
    return warn("assistant", "none: reports and digital work get no suggestions; dispatch goes on", LOGS_CURE)


def api_ready(url: str, settings: Settings) -> Check:
    # Bypass the proxies of the environment: they cannot reach this machine's loopback.
    try:
        trust = client_context(settings)
    except BadCertificate as error:
        return fail("API", str(error), "Correct the file, or unset the setting.")
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
    try:
        with direct.open(f"{url}/readyz", timeout=ANSWER_WITHIN_S) as answer:
            return ok("API", f"{url} is ready ({answer.status})")
    except urllib.error.HTTPError as error:
        said = error.read(500).decode("utf-8", "replace")
        # An HTTPError is also a response, with an open connection.
        error.close()
        return fail("API", f"{url}/readyz answers {error.code}: {said}", "The response names what is missing.")
    except OSError as error:
        return fail("API", f"{url}: {plain_reason(error)}", LOGS_CURE)
