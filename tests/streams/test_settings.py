"""Settings: read from the environment, checked at once, named when they are wrong."""

import base64
from pathlib import Path

import pytest

from streams.local.keys import write_secret
from streams.settings import PREFIX, Settings, SettingsError, load, names, overridden

KEY = bytes(range(224, 256))
CODED = base64.urlsafe_b64encode(KEY).decode()


TIME_ZONE = "a time zone of the IANA database, such as Asia/Almaty"
PHONE = "a phone number as it is dialled, such as +7 727 300 00 00"
CENTRE = "longitude,latitude,zoom in degrees, such as 76.95,43.24,10; zoom from 0 to 16"
STYLE = "an https URL (http only on this machine) of a style, or the path of a JSON file"


def test_an_empty_environment_gives_the_defaults() -> None:
    assert load({}) == Settings()
    assert (Settings().host, Settings().data, Settings().partitions) == ("127.0.0.1", Path(".komek"), 8)


def test_an_empty_value_counts_as_unset_and_foreign_names_are_left_alone() -> None:
    assert load({"KOMEK_KAFKA": "", "PATH": "/bin", "KOMEKA": "x"}) == Settings()


def test_every_setting_is_read() -> None:
    settings = load(
        {
            "KOMEK_KAFKA": "one:9092,two:9093",
            "KOMEK_REDIS": "redis://127.0.0.1:6379/0",
            "KOMEK_HOST": " 0.0.0.0 ",
            "KOMEK_PORT": "8080",
            "KOMEK_DATA": "/srv/komek",
            "KOMEK_JWT_KEYS": "keys.json",
            "KOMEK_DATA_KEY": CODED,
            "KOMEK_PLANS": "~/plans.toml",
            "KOMEK_PARTITIONS": "256",
            "KOMEK_REPLICATION": "3",
            "KOMEK_MIN_INSYNC": "2",
            "KOMEK_BATCH": "1",
            "KOMEK_POSITION_TTL_S": "60",
            "KOMEK_LOG_LEVEL": "DEBUG",
            "KOMEK_BUDGET": "off",
        }
    )

    assert (settings.kafka, settings.redis) == ("one:9092,two:9093", "redis://127.0.0.1:6379/0")
    assert (settings.host, settings.port, settings.data) == ("0.0.0.0", 8080, Path("/srv/komek"))
    assert (settings.jwt_keys, settings.data_key, settings.plans) == (
        Path("keys.json"),
        KEY,
        Path("~/plans.toml").expanduser(),
    )
    assert (settings.partitions, settings.replication, settings.min_insync) == (256, 3, 2)
    assert (settings.batch, settings.position_ttl_s, settings.log_level) == (1, 60, "debug")
    assert (settings.budget, load({}).budget) == (False, True)


@pytest.mark.parametrize("coded", [CODED, CODED.rstrip("=")])
def test_a_data_key_may_be_padded_or_not(coded: str) -> None:
    assert load({"KOMEK_DATA_KEY": coded}).data_key == KEY


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("KOMEK_KAFKA", "localhost", "host:port, several separated by commas"),  # no port
        ("KOMEK_KAFKA", ":9092", "host:port, several separated by commas"),
        ("KOMEK_KAFKA", "one:9092,,two:9092", "host:port, several separated by commas"),
        ("KOMEK_KAFKA", "one:65536", "host:port, several separated by commas"),
        ("KOMEK_KAFKA", "one:0", "host:port, several separated by commas"),
        ("KOMEK_KAFKA", "one:http", "host:port, several separated by commas"),
        ("KOMEK_HOST", "  ", "a text that is not empty"),
        ("KOMEK_PORT", "0", "a whole number from 1 to 65535"),
        ("KOMEK_PORT", "many", "a whole number from 1 to 65535"),
        ("KOMEK_PORT", "80.5", "a whole number from 1 to 65535"),
        ("KOMEK_PARTITIONS", "257", "a whole number from 1 to 256"),
        ("KOMEK_LOG_LEVEL", "loud", "one of debug, info, warning, error"),
        ("KOMEK_DATA", " ", "a text that is not empty"),
        ("KOMEK_TIME_ZONE", "Mars/Crater", TIME_ZONE),
        ("KOMEK_TIME_ZONE", "../../etc/passwd", TIME_ZONE),
        ("KOMEK_TIME_ZONE", "Asia", TIME_ZONE),  # a folder
        ("KOMEK_CENTRE", "76.9,43.2", CENTRE),
        ("KOMEK_CENTRE", "43.2,176.9,10", CENTRE),  # exchanged
        ("KOMEK_CENTRE", "nan,43.2,10", CENTRE),
        ("KOMEK_MAP_STYLE", "http://tiles.example/style.json", STYLE),
        ("KOMEK_MAP_STYLE", "https://a;script-src *", STYLE),
        ("KOMEK_MAP_STYLE", "https://user@tiles.example/style.json", STYLE),
        ("KOMEK_OPERATORS_PHONE", "office", PHONE),
        ("KOMEK_OPERATORS_PHONE", "12", PHONE),
        ("KOMEK_OPERATORS_PHONE", "112;ext=1", PHONE),
        ("KOMEK_EXERCISE", "yes", "one of on, off"),
    ],
)
def test_a_bad_value_is_named_with_what_was_expected(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load({name: value})

    assert str(raised.value) == f"{name}={value!r}: expected {expected}"


NO_OPTIONS = "no options after `?`: TLS files, user and password have settings of their own"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("KOMEK_DATA_KEY", "c2VjcmV0", "32 bytes as base64url (43 or 44 characters)"),  # too short
        ("KOMEK_DATA_KEY", "not base64!", "32 bytes as base64url (43 or 44 characters)"),
        ("KOMEK_REDIS", "rediss://user:hunter2@cache?ssl_cert_reqs=none", NO_OPTIONS),  # may hold a password
    ],
)
def test_a_bad_secret_is_never_shown(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load({name: value})

    assert str(raised.value) == f"{name}=(secret): expected {expected}"


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        SettingsError, match=r"KOMEK_KAFKAS='x': no such setting; known are .*KOMEK_KAFKA, KOMEK_KAFKA_SECURITY, "
    ):
        load({"KOMEK_KAFKAS": "x"})


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        load({"KOMEK_KAFKAS": "x", "KOMEK_PORT": "0", "KOMEK_BATCH": "0"})

    assert len(str(raised.value).splitlines()) == 3


def test_a_secret_is_read_from_a_file_without_the_newline_at_its_end(tmp_path: Path) -> None:
    file = tmp_path / "key"
    write_secret(file, CODED + "\n")

    assert load({"KOMEK_DATA_KEY_FILE": str(file)}).data_key == KEY


def test_every_secret_has_a_file_and_nothing_else_does() -> None:
    assert {"KOMEK_DATA_KEY_FILE", "KOMEK_REDIS_FILE"} <= names().keys()

    with pytest.raises(SettingsError, match="KOMEK_HOST_FILE='host': no such setting"):
        load({"KOMEK_HOST_FILE": "host"})


def test_a_secret_is_given_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        load({"KOMEK_DATA_KEY": CODED, "KOMEK_DATA_KEY_FILE": str(tmp_path)})

    assert str(raised.value) == "KOMEK_DATA_KEY and KOMEK_DATA_KEY_FILE are both set: expected one of them"


def test_a_file_that_cannot_be_used_is_named_and_what_is_in_it_is_not(tmp_path: Path) -> None:
    empty, foreign, wrong, open_ = (tmp_path / name for name in ("empty", "foreign", "wrong", "open"))
    for path, content in ((empty, "\n"), (foreign, ""), (wrong, "hunter2"), (open_, CODED)):
        write_secret(path, content)
    foreign.write_bytes(b"\xff\xfe")
    open_.chmod(0o644)

    said = {}
    for file in (tmp_path / "none", tmp_path, empty, foreign, wrong, open_):
        with pytest.raises(SettingsError) as raised:
            load({"KOMEK_DATA_KEY_FILE": str(file)})
        said[file.name] = str(raised.value).replace(str(tmp_path), "")

    assert said == {
        "none": "KOMEK_DATA_KEY_FILE='/none': expected a readable file with the value (there is no such file or folder)",
        tmp_path.name: "KOMEK_DATA_KEY_FILE='': expected a readable file with the value (it is a folder, not a file)",
        "empty": "KOMEK_DATA_KEY_FILE='/empty': expected a file that is not empty",
        "foreign": "KOMEK_DATA_KEY_FILE='/foreign': expected a readable file with the value (it is not text in UTF-8 (byte 0))",
        "open": "KOMEK_DATA_KEY_FILE='/open': expected a readable file with the value "
        "(others can read or change it: chmod 600)",
        "wrong": "KOMEK_DATA_KEY=(secret): expected 32 bytes as base64url (43 or 44 characters)",
    }


def test_a_chosen_value_replaces_the_file_that_named_it() -> None:
    environ = {"KOMEK_DATA_KEY_FILE": "key", "KOMEK_REDIS_FILE": "url", "PATH": "/bin"}

    assert overridden(environ, {"KOMEK_DATA_KEY": "k"}) == {
        "KOMEK_REDIS_FILE": "url",
        "PATH": "/bin",
        "KOMEK_DATA_KEY": "k",
    }


@pytest.mark.parametrize("name", ["kafka", "redis", "data_key", "jwt_keys"])
def test_what_is_needed_and_missing_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^KOMEK_{name.upper()} is not set: expected "):
        getattr(Settings(), f"require_{name}")()


def test_what_is_needed_and_there_is_given() -> None:
    settings = Settings(kafka="one:9092", redis="redis://cache", data_key=KEY, jwt_keys=Path("keys.json"))

    assert settings.require_kafka() == "one:9092"
    assert settings.require_redis() == "redis://cache"
    assert settings.require_data_key() == KEY
    assert settings.require_jwt_keys() == Path("keys.json")


def test_every_setting_says_what_it_is_for() -> None:
    about = names()

    assert {"KOMEK_KAFKA", "KOMEK_REDIS", "KOMEK_HOST", "KOMEK_PORT", "KOMEK_DATA"} <= about.keys()
    assert {"KOMEK_JWT_KEYS", "KOMEK_DATA_KEY"} <= about.keys()
    assert all(name.startswith(PREFIX) and text for name, text in about.items())


FEEDS = "addresses with http or https, blanks between"


@pytest.mark.parametrize(
    ("text", "feeds"),
    [
        ("https://one.example/feed", ("https://one.example/feed",)),
        (
            "https://one.example/a,b?x=1,2  http://two.example:80/",
            ("https://one.example/a,b?x=1,2", "http://two.example:80/"),
        ),
        ("https://one.example/, https://two.example/", ("https://one.example/", "https://two.example/")),
        ("https://one.example/ https://one.example/", ("https://one.example/",)),
    ],
)
def test_feeds_stand_beside_each_other_with_blanks(text: str, feeds: tuple[str, ...]) -> None:
    assert load({"KOMEK_CAP_FEEDS": text}).cap_feeds == feeds


@pytest.mark.parametrize(
    "text", ["one.example", "file:///etc/passwd", "https://", "https://one.example/ two", "https://one.example:99999/"]
)
def test_what_is_no_address_of_a_feed_is_named(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({"KOMEK_CAP_FEEDS": text})

    assert str(refused.value) == f"KOMEK_CAP_FEEDS={text!r}: expected {FEEDS}"


def test_a_password_in_the_address_of_a_feed_is_refused() -> None:
    with pytest.raises(SettingsError, match="without user and password"):
        load({"KOMEK_CAP_FEEDS": "https://user:word@one.example/"})
