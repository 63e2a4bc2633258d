"""The guide in the browser."""

import pytest

from tests.api.pages import sign_in

pytestmark = pytest.mark.databases("sqlite")


def test_help_opens_where_one_is_and_shows_pictures(served) -> None:
    with served.client() as client:
        assert client.get("/help", params={"at": "/takedown"}).headers["location"].startswith("/signin")
        sign_in(client, "officer")
        queue = client.get("/takedown").text
        assert 'href="/help?at=/takedown"' in queue
        opened = client.get("/help", params={"at": "/takedown/1"})
        assert opened.headers["location"] == "/help/officer#%E8%BD%AC%E9%80%81%E4%BB%B6"
        shown = client.get("/help/officer")
        assert (shown.status_code, "<h1" in shown.text) == (200, True)
        picture = client.get("/help/pictures/takedown.png")
        assert picture.headers["content-type"] == "image/png"
        for missing in ("/help/nothing", "/help/pictures/nothing.png", "/help/pictures/..%2F..%2FREADME.md"):
            assert client.get(missing).status_code == 404
