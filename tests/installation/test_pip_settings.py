"""uv is told what pip is told on this machine."""

import pytest

import pip_settings

LISTING = """\
:env:.index-url='https://index.example/simple'
:env:.trusted-host='index.example'
global.cert='/etc/ca.pem'
global.extra-index-url='https://a.example/simple\\nhttps://b.example/simple'
global.index-url='https://other.example/simple'
global.timeout='7'
install.proxy='http://proxy.example:3128'
list.format='json'
"""


def test_the_environment_goes_before_the_command_and_that_before_the_machine() -> None:
    settings = pip_settings.read("install.cert='/b.pem'\nglobal.cert='/a.pem'\n")

    assert pip_settings.read(LISTING)["index-url"] == "https://index.example/simple"
    assert settings == {"cert": "/b.pem"}


def test_index_proxy_and_certificates_are_passed_on() -> None:
    told = pip_settings.for_uv(pip_settings.read(LISTING), {})

    assert told == {
        "UV_DEFAULT_INDEX": "https://index.example/simple",
        "UV_INDEX": "https://a.example/simple https://b.example/simple",
        "UV_COMPILE_BYTECODE": "1",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_INSECURE_HOST": "index.example",
        "UV_HTTP_TIMEOUT": "7",
        "UV_NO_PROGRESS": "1",
        "SSL_CERT_FILE": "/etc/ca.pem",
        "HTTP_PROXY": "http://proxy.example:3128",
        "HTTPS_PROXY": "http://proxy.example:3128",
    }


def test_what_pip_leaves_open_is_as_uv_finds_it() -> None:
    told = pip_settings.for_uv({}, {"UV_DEFAULT_INDEX": "https://mine.example"})

    assert "UV_DEFAULT_INDEX" not in told
    assert "SSL_CERT_FILE" not in told


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_pip_takes_from_the_environment_count(name: str) -> None:
    assert pip_settings.for_uv({}, {name: "/ca.pem"})["SSL_CERT_FILE"] == "/ca.pem"


@pytest.mark.parametrize("no_index", ["1", "true"])
def test_a_folder_of_wheels_counts_only_where_there_is_no_index(no_index: str) -> None:
    with_index = {"find-links": "/wheels"}
    alone = {**with_index, "no-index": no_index}

    assert "UV_FIND_LINKS" not in pip_settings.for_uv(with_index, {})
    assert pip_settings.for_pip(with_index)["PIP_FIND_LINKS"] == ""
    assert pip_settings.for_uv(alone, {})["UV_FIND_LINKS"] == "/wheels"
    assert "PIP_FIND_LINKS" not in pip_settings.for_pip(alone)
