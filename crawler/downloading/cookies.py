"""The cookies of a visit: a site gets back the cookies that it set, until the visit ends."""

from collections.abc import Iterable
from http.cookiejar import Cookie

from scrapy import Request
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.http import Response
from scrapy.http.cookies import CookieJar
from scrapy.utils.httpobj import urlparse_cached
from tldextract import TLDExtract


class VisitCookies(CookiesMiddleware):
    """Scrapy's middleware, skipped for sites that set no cookies, as most do. A visit's jar is named by the
    meta `cookiejar`. Public suffixes come from the list packaged with tldextract: nothing is fetched."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._suffixes = TLDExtract(suffix_list_urls=(), include_psl_private_domains=True)

    def process_request(self, request: Request) -> Request | Response | None:  # type: ignore[override] # without the spider
        """Adds the visit's cookies."""
        if not request.cookies and request.meta.get("cookiejar") not in self.jars:
            return None
        return super().process_request(request)

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Keeps the cookies that the response sets."""
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
