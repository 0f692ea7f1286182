"""What a run is asked for: seed, minutes, profile and security, from the environment (by `make faults`) or the command line."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from streams.setting_combinations import PLAINTEXT, SASL_SSL


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`rate`: operations a second, from and to. `at_once`: faults that may overlap."""

    name: str
    brokers: int
    minutes: float
    rate: tuple[float, float]
    at_once: int
    towns: int
    people: int
    """In each town."""


UPGRADE = "upgrade"
"""The profile in which an earlier version is replaced by the present one, part by part, under load."""

PROFILES = {
    profile.name: profile
    for profile in (
        Profile(name="quick", brokers=1, minutes=2.0, rate=(5, 7), at_once=1, towns=3, people=20),
        Profile(name="single", brokers=3, minutes=10.0, rate=(5, 20), at_once=1, towns=4, people=30),
        Profile(name=UPGRADE, brokers=1, minutes=2.0, rate=(5, 20), at_once=1, towns=3, people=20),
        Profile(name="double", brokers=3, minutes=10.0, rate=(5, 20), at_once=2, towns=4, people=30),
    )
}


SECURITY = (PLAINTEXT, SASL_SSL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    seed: int
    minutes: float
    profile: Profile
    security: str
    """SASL_SSL: TLS everywhere, a user for each component, ACLs."""
    out: Path | None
    faults: tuple[str, ...] = ()
    """Only those whose name has one of these in it; for whoever looks for one bug."""
    earlier: str | None = None
    """The commit as which all processes begin."""


def options_of(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(environ.get("SEED") or 1))
    parser.add_argument("--minutes", type=float, default=float(environ.get("MINUTES") or 0), help="of load and faults")
    parser.add_argument("--profile", choices=PROFILES, default=environ.get("PROFILE") or "quick")
    parser.add_argument("--security", choices=SECURITY, default=environ.get("SECURITY") or PLAINTEXT)
    parser.add_argument("--out", type=Path, help="folder of the artefacts; must be empty or absent")
    parser.add_argument(
        "--fault", action="append", default=[], help="only faults with this in their name; none for no fault at all"
    )
    parser.add_argument(
        "--from", dest="earlier", default=environ.get("FROM") or None, help="commit that profile upgrade begins with"
    )
    given = parser.parse_args(arguments)
    profile = PROFILES[given.profile]
    if (profile.name == UPGRADE) != (given.earlier is not None):
        parser.error(f"--from COMMIT (FROM=) and profile {UPGRADE} belong together")
    return Options(
        seed=given.seed,
        minutes=given.minutes or profile.minutes,
        profile=profile,
        security=given.security,
        out=given.out,
        faults=tuple(given.fault),
        earlier=given.earlier,
    )
