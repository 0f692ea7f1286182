"""`deploy/processes.toml` says of each process what its code really reads, and no more."""

from pathlib import Path

import pytest

from streams import settings
from streams.backup.cut import STATED as STATED_IN_EXPORTS
from streams.cli import assistant
from streams.cli.main import COMMANDS
from streams.codegen.process_list import FILE, Process, file_setting, read, setting
from streams.components import Component
from streams.ring import KeyUse
from streams.tokens import MAX_LIFETIME_S
from tests.support.used_settings import NAMES, used_by

STATED = read()
PROCESSES = sorted(STATED.processes)
LEFT_OUT = {"data_key"}
"""One key for everything: deployments have rings."""
CHOSEN_FOR_IT = {"kafka_user", "redis_user", "data", "host", "port", "probes"}
"""By the unit, the service or the pod."""
FOR_ITS_CLIENTS = {"api_ca"}
"""`streams/tls.py` serves commands too."""
COMPLETED = {name for name in NAMES if name.startswith(("kafka", "redis"))} | {
    "partitions", "replication", "min_insync", "data_keys", "jwt_keys", "public_url",
}  # fmt: skip
"""A command of people completes its settings from a local stack; a client of the API in a deployment is told of none of these."""


def stated(process: Process) -> set[str]:
    token = {process.token.file} if process.token else set[str]()
    every = STATED.every_of(process).settings
    return {*every, *process.settings, *STATED.secrets_of(process), *process.optional_secrets, *token}


def used(process: Process) -> set[str]:
    return used_by("_".join(process.command)) - (COMPLETED if process.client else set())


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_is_handed_what_its_code_reads(name: str) -> None:
    elsewhere = {*STATED.every.by_hand, *LEFT_OUT, *CHOSEN_FOR_IT, *FOR_ITS_CLIENTS}

    assert used(STATED.processes[name]) - elsewhere == stated(STATED.processes[name])


def test_a_client_of_the_api_is_nobody_in_kafka_and_redis_and_holds_no_key() -> None:
    (name,) = (name for name, process in STATED.processes.items() if process.client is not None)
    process = STATED.processes[name]

    assert (process.users, process.keys, STATED.secrets_of(process)) == ({}, (), [])
    assert not stated(process) & COMPLETED
    assert name not in list(Component)
    assert process.token is not None
    # Its token outlives some attempts to make the next one.
    assert process.token.every_min * 60 * 2 <= process.token.hours * 3600 <= MAX_LIFETIME_S[process.token.role]


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("hours = 24", "hours = 25", "token"),
        ("every_min = 360 }", "every_min = 1440 }", "token"),
        ('client = "follower"', 'client = "follower"\ncomponent = "api"', "a component or a client"),
        ('client = "follower"\n', "", "a component or a client"),
    ],
)
def test_a_client_that_cannot_work_is_refused(right: str, wrong: str, named: str, tmp_path: Path) -> None:
    changed = tmp_path / "processes.toml"
    changed.write_text(FILE.read_text("utf-8").replace(right, wrong, 1))

    with pytest.raises(ValueError, match=named):
        read(changed)


@pytest.mark.parametrize("name", PROCESSES)
def test_names_are_those_of_the_settings(name: str) -> None:
    process = STATED.processes[name]

    assert stated(process) | set(STATED.every.by_hand) <= NAMES
    assert {file_setting(entry) for entry in STATED.secrets_of(process)} <= settings.names().keys()
    assert {*process.users, *process.listens} <= settings.names().keys()


@pytest.mark.parametrize("name", PROCESSES)
def test_no_secret_is_a_plain_setting(name: str) -> None:
    process = STATED.processes[name]
    plain = set(STATED.settings_of(process))
    expected = [] if process.component is None else [setting("redis")]

    assert [variable for variable in plain if f"{variable}_FILE" in settings.names()] == expected
    # Its user and password have settings of their own, so the address is no secret.


def test_the_commands_are_commands() -> None:
    own = {name: process.command for name, process in STATED.processes.items() if process.component is not None}

    assert own == {name: (name,) for name in own}
    assert {process.command[0] for process in STATED.processes.values()} <= COMMANDS.keys()
    assert {job.command[0] for job in STATED.jobs.values()} <= COMMANDS.keys()


def test_a_process_holds_the_keys_of_its_work_alone() -> None:
    data = {KeyUse.DATA}

    assert {name: set(process.keys) for name, process in STATED.processes.items()} == {
        "api": set(KeyUse),
        "worker": data,
        "notifier": data,
        # Sketches of texts are keyed (DESIGN 228).
        "assistant": data | {KeyUse.DIGEST},
        "follower": set(),
    }


def test_the_assistant_yields_as_it_does_by_itself() -> None:
    assert STATED.processes["assistant"].niceness == assistant.NICENESS


@pytest.mark.parametrize("name", PROCESSES)
def test_a_limit_leaves_room_above_what_was_measured(name: str) -> None:
    memory = STATED.processes[name].memory_mb

    assert memory.measured < memory.request < memory.limit


def test_a_word_that_means_nothing_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "processes.toml"
    wrong.write_text(FILE.read_text("utf-8").replace("grace_s = 20", "grace = 20", 1))

    with pytest.raises(ValueError, match=r"unknown field `grace`"):
        read(wrong)


TIMERS = sorted(STATED.timers)
CHOSEN_FOR_TIMERS = CHOSEN_FOR_IT | FOR_ITS_CLIENTS | {"backups"}
OF_REDIS = {name for name in NAMES if name.startswith("redis")}
"""The command completes its settings as all commands do; an export uses no Redis, and a timer is told of none."""
WITH_ALL_KEYS = {"jwt_keys", "vapid_key"}
"""Of `--with-keys`, which no timer asks for: it holds no key that opens anything."""


@pytest.mark.parametrize("name", TIMERS)
def test_a_timer_is_handed_what_its_command_reads(name: str) -> None:
    timer = STATED.timers[name]
    elsewhere = {*STATED.every.by_hand, *LEFT_OUT, *CHOSEN_FOR_TIMERS, *OF_REDIS, *WITH_ALL_KEYS}
    used = used_by(timer.command[0]) - elsewhere
    handed = {*timer.settings, *timer.secrets}

    assert used <= handed | {"traces", "traces_share"}
    assert handed - used <= set(STATED_IN_EXPORTS)
    assert timer.command[0] in COMMANDS


def test_a_timer_that_exports_is_told_the_settings_that_an_export_states() -> None:
    """Otherwise it would state the defaults, and a restored deployment would have them."""
    assert set(STATED_IN_EXPORTS) <= set(STATED.timers["export"].settings)


def test_a_backup_holds_no_key_that_opens_anything() -> None:
    assert {key for timer in STATED.timers.values() for key in timer.keys} == {KeyUse.DIGEST}
    assert not {secret for timer in STATED.timers.values() for secret in timer.secrets} & {"jwt_keys", "vapid_key"}


def test_a_timer_says_when_in_the_words_of_each_way() -> None:
    assert (STATED.timers["export"].calendar, STATED.timers["export"].cron) == ("*-*-* 02:30:00 UTC", "30 2 * * *")
    assert (STATED.timers["erasures"].calendar, STATED.timers["erasures"].cron) == ("*:0/5", "*/5 * * * *")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("every_min = 5", "every_min = 7"), ('at = "02:30"\n', ""), ("every_min = 5\n", 'every_min = 5\nat = "02:30"\n')],
)
def test_a_time_that_not_every_way_can_state_is_refused(right: str, wrong: str, tmp_path: Path) -> None:
    changed = tmp_path / "processes.toml"
    changed.write_text(FILE.read_text("utf-8").replace(right, wrong, 1))

    with pytest.raises(ValueError, match="every_min"):
        read(changed)


@pytest.mark.parametrize("name", TIMERS)
def test_a_timer_has_room_above_what_was_measured_and_ends_before_the_next(name: str) -> None:
    timer = STATED.timers[name]

    assert 0 < timer.memory_mb.measured < timer.memory_mb.request < timer.memory_mb.limit
    assert timer.within_s < timer.every_min * 60
