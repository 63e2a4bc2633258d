"""A stored page as it looked, with everything active removed: for our own frame only.

Three walls, each enough by itself against script: active elements are removed from the markup; the response's
policy allows no script, no form, no connection; and the frame is sandboxed, so that it has no origin, and
cannot navigate away.
"""

from html import escape

from fastapi import HTTPException, Request
from fastapi.responses import Response
from selectolax.lexbor import LexborHTMLParser

from crawler.pages.bounded import bounded
from crawler.pages.guarded import words_only
from crawler.workers.page_reader import PageGivenUp, shared_reader

# Elements that act, load, navigate, or reveal that the page was opened: preconnect ignores the policy.
_TAKEN_OUT = ["script", "link", "meta", "base", "iframe", "frame", "object", "embed", "template", "noscript"]
_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)
_LARGEST = 4_000_000  # characters


def sandboxed(request: Request, html: str) -> Response:
    """The page, for a frame. Refuses requests outside a frame, where its links would lead away."""
    if request.headers.get("sec-fetch-dest", "iframe") != "iframe":
        raise HTTPException(403)
    return Response(
        f"<!doctype html><meta charset=utf-8>{_harmless(html[:_LARGEST])}",
        media_type="text/html; charset=utf-8",
        headers={
            "Content-Security-Policy": _POLICY,
            "X-Frame-Options": "SAMEORIGIN",
            "X-DNS-Prefetch-Control": "off",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


def _harmless(html: str) -> str:
    """As `without_what_acts`; the words alone of a page that takes too long."""
    try:
        return shared_reader().do("", html, without_what_acts, html)
    except PageGivenUp:
        return f"<pre>{escape(words_only(html).text.text)}</pre>"


def without_what_acts(html: str) -> str:
    """The markup without elements that act or load, and without attributes that do."""
    tree = LexborHTMLParser(bounded(html).html)
    tree.strip_tags(_TAKEN_OUT)
    for node in tree.css("*"):
        for name in list(node.attributes):
            if name.lower().startswith("on") or name.lower() in {
                "ping",
                "srcdoc",
                "formaction",
                "background",
            }:
                del node.attrs[name]
    return tree.html or ""
