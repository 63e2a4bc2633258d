"""The cookies of a visit: what a site gives its visitors is shown to it again, until the visit ends."""

from collections.abc import Iterable
from http.cookiejar import Cookie

from scrapy import Request
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.http import Response
from scrapy.http.cookies import CookieJar
from scrapy.utils.httpobj import urlparse_cached
from tldextract import TLDExtract


class VisitCookies(CookiesMiddleware):
    """Scrapy's, where there are any: most sites give none, and are asked nothing. A visit's jar is named by the meta
    `cookiejar`. Which domains are public is known from the list that comes with tldextract: nothing is fetched for it."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._suffixes = TLDExtract(suffix_list_urls=(), include_psl_private_domains=True)

    def process_request(self, request: Request) -> Request | Response | None:  # type: ignore[override] # without the spider
        """Adds the visit's cookies."""
        if not request.cookies and request.meta.get("cookiejar") not in self.jars:
            return None
        return super().process_request(request)

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Keeps what the answer gives."""
        return super().process_response(request, response) if "Set-Cookie" in response.headers else response

    def _process_cookies(self, cookies: Iterable[Cookie], *, jar: CookieJar, request: Request) -> None:
        host = (urlparse_cached(request).hostname or "").lower()
        for cookie in cookies:
            domain = cookie.domain.removeprefix(".")
            if domain and not self._suffixes(domain).domain:
                if domain != host:
                    continue
                cookie.domain = host
            jar.set_cookie_if_ok(cookie, request)
