"""What `komek cap import` and `komek cap follow` have in common: options, rules, the ledger, signatures."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer
from cryptography.x509 import Certificate

from dispatch.cap.reading import Signatures
from dispatch.cap.rules import BadRules, Rules, built_in, rules_of
from dispatch.model.plain_reason import plain_reason
from dispatch.model.service_area import ServiceArea
from streams import clock
from streams.cap.desk import ApiAway, ApiDesk, TokenRefused
from streams.cap.importing import Desk, Importer, OrderRefused
from streams.cap.ledger import BadLedger, Ledger
from streams.cap.sources import SignatureJudge
from streams.cli.advice import advice_for
from streams.cli.context import settings_here
from streams.cli.errors import UNREACHABLE, WRONG_USE, CommandFailed
from streams.errors import InvalidInput
from streams.service_area import service_area_of
from streams.settings import Settings

RulesOption = Annotated[
    Path | None, typer.Option(help="Rules (TOML). Default: KOMEK_CAP_RULES, else those that come with Komek.")
]
LedgerOption = Annotated[Path | None, typer.Option(help="Default: cap-ledger.sqlite in KOMEK_DATA.")]
TrustOption = Annotated[
    Path | None, typer.Option(help="Certificates (PEM) of senders whose signatures count. Default: KOMEK_CAP_TRUST.")
]
PrivateOption = Annotated[
    bool, typer.Option("--private", help="Addresses may lead to a private network, as with KOMEK_CAP_PRIVATE.")
]
START_IT = "Start it, or check --api."
LEDGER_CURE = "Give --ledger a file that can be written."
AnywhereOption = Annotated[bool, typer.Option("--anywhere", help="Also alerts outside the service area.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What both commands are given, checked."""

    settings: Settings
    rules: Rules
    ledger: Path
    judge: SignatureJudge
    served: ServiceArea | None

    def importer(self, ledger: Ledger, desk: Desk, now_ms: int) -> Importer:
        return Importer(
            rules=self.rules,
            ledger=ledger,
            desk=desk,
            served=self.served,
            now_ms=now_ms,
            own_sender=self.settings.cap_sender,
        )


def setup(rules: Path | None, ledger: Path | None, trust: Path | None, *, anywhere: bool) -> Setup:
    """Raises CommandFailed."""
    settings = settings_here()
    return Setup(
        settings=settings,
        rules=_rules(rules or settings.cap_rules),
        ledger=ledger or settings.data / "cap-ledger.sqlite",
        judge=_judge(trust or settings.cap_trust),
        served=None if anywhere else service_area_of(settings),
    )


def _rules(path: Path | None) -> Rules:
    if path is None:
        return built_in()
    try:
        return rules_of(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, BadRules) as error:
        raise CommandFailed(
            f"{path}: {plain_reason(error)}", "dispatch/cap/builtin.toml shows the form.", WRONG_USE
        ) from error


@contextmanager
def opened_ledger(path: Path, *, is_written: bool) -> Iterator[Ledger]:
    """The ledger; for a dry run a copy of it in memory. Raises CommandFailed."""
    try:
        if is_written:
            path.parent.mkdir(parents=True, exist_ok=True)
        with Ledger.opened(path if is_written else None) as entries:
            if not is_written and path.exists():
                entries.copy_of(path)
            yield entries
    except BadLedger as error:
        raise CommandFailed(str(error), LEDGER_CURE, WRONG_USE) from error
    except OSError as error:
        raise CommandFailed(f"{path}: {plain_reason(error)}", LEDGER_CURE, WRONG_USE) from error


@contextmanager
def desk_errors_reported(cure: str) -> Iterator[None]:
    """Context manager: ends the command when the API refuses the token or an order, or does not answer; then with this cure."""
    try:
        yield
    except TokenRefused as error:
        raise CommandFailed(str(error), advice_for(error.code, error.status)) from error
    except ApiAway as error:
        raise CommandFailed(str(error), cure, UNREACHABLE) from error
    except OrderRefused as error:
        raise CommandFailed(str(error), "Check --api and --token.") from error


def rule_faults(rules: Rules, desk: ApiDesk) -> list[str]:
    """What rules ask for that the plans in force have not.

    Raises:
        ApiAway: the API does not answer, or not with this token.
        OrderRefused: what answers is no API of Komek.
    """
    return rules.without_plan({one.type: one.has_hazard for one in desk.types()})


def check_rules(rules: Rules, desk: ApiDesk) -> None:
    """Compares the rules with the plans in force.

    Raises:
        CommandFailed: the API does not answer, or refuses the token; or a rule asks for what no plan has.
    """
    with desk_errors_reported(START_IT):
        faults = rule_faults(rules, desk)
    if faults:
        raise CommandFailed("\n".join(faults), "Correct the rules, or apply plans that have these types.", WRONG_USE)


def signatures_module() -> ModuleType:
    """Imported when it is needed: lxml and signxml take 0.1 s, and most alerts are not signed. Raises CommandFailed."""
    try:
        from streams.cap import signatures
    except ImportError as error:
        missing = f"signatures of alerts cannot be judged: {error.name or error} is missing or cannot be loaded"
        raise CommandFailed(missing, "Install Komek's requirements again (requirements/runtime.txt).") from error
    return signatures


def _judge(trust: Path | None) -> SignatureJudge:
    certificates: Sequence[Certificate] = ()
    if trust is not None:
        try:
            certificates = signatures_module().trusted_in(trust)
        except InvalidInput as error:
            raise CommandFailed(str(error), "Give --trust a file of certificates in PEM.", WRONG_USE) from error

    def judge(raw: bytes) -> Signatures:
        found: Signatures = signatures_module().signatures_in(raw, certificates, clock.now_ms())
        return found

    return judge
