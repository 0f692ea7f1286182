"""The start page."""

from tests.support.api_world import World


async def test_the_start_page_names_the_address_of_its_request(world: World) -> None:
    for host, shown in {
        "komek.example:8443": "http://komek.example:8443/v1/status",
        "[::1]:9000": "http://[::1]:9000/v1/status",
        "$(id).example": "http://HOST:PORT/v1/status",
        "a'b": "http://HOST:PORT/v1/status",
        "<b>": "http://HOST:PORT/v1/status",
    }.items():
        page = (await world.client.get("/", headers={"Host": host})).text

        assert f"'{shown}'" in page
        assert host in shown or host not in page
