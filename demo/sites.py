"""Serves the demo's institutions, each on a port of its own on loopback, from a folder of files."""

import asyncio
import contextlib
import shutil
import socket
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from demo.posters import draw_posters

HERE = Path(__file__).parent

NAMES = (
    "public-hospital",
    "mens-clinic",
    "beauty-clinic",
    "orthopaedic-hospital",
    "eye-hospital",
    "tumour-hospital",
    "account",
)


def addresses(first_port: int) -> dict[str, str]:
    """Each site's address: the first on `first_port`, the others on the ports after it."""
    return {name: f"http://127.0.0.1:{first_port + index}" for index, name in enumerate(NAMES)}


def lay_out(folder: Path, first_port: int) -> None:
    """A fresh copy of all sites in `folder`, with each other's addresses filled in and the posters drawn."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / "sites", folder)
    draw_posters(folder)
    feed = folder / "account" / "feed.xml"
    feed.write_text(feed.read_text("utf-8").format(**addresses(first_port)), "utf-8")


def page_file(folder: Path, path: str) -> Path | None:
    """The file behind a path: itself, with .html, or a folder's index; None when there is no such file."""
    wanted = (folder / path.lstrip("/")).resolve()
    if not wanted.is_relative_to(folder.resolve()):
        return None
    candidates = (wanted, wanted.with_name(f"{wanted.name}.html"), wanted / "index.html")
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def site_app(folder: Path) -> Starlette:
    """A site: files with their entity tags, 304 for a file that the visitor has, 404 for a missing one."""

    async def serve(request: Request) -> Response:
        file = page_file(folder, request.url.path)
        if file is None:
            return PlainTextResponse("404", 404)
        # No charset in the header: old sites say it in the page, and not always rightly.
        kind = {".html": "text/html", ".xml": "application/xml", ".js": "text/javascript"}.get(file.suffix)
        response = FileResponse(file, media_type=kind, stat_result=file.stat())
        response.headers["content-type"] = response.headers["content-type"].split(";")[0]
        if request.headers.get("if-none-match") == response.headers["etag"]:
            return Response(status_code=304, headers={"etag": response.headers["etag"]})
        return response

    return Starlette(routes=[Route("/{path:path}", serve)])


async def serve_all(folder: Path, first_port: int) -> None:
    """Serve all sites until the process ends."""
    servers = []
    for index, name in enumerate(NAMES):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", first_port + index))
        server = uvicorn.Server(uvicorn.Config(site_app(folder / name), log_level="error"))
        servers.append(server.serve(sockets=[listening]))
    await asyncio.gather(*servers)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve_all(Path(sys.argv[1]), int(sys.argv[2])))
