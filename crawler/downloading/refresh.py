"""Pages that send visitors on by a meta refresh: followed where the page shows nothing else, kept where it
does."""

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.http import Response

_MOST_HOPS = 4  # more are a page that shows itself again and again


class RefreshMiddleware(MetaRefreshMiddleware):
    """Scrapy's middleware, except that a page is still read where its refresh names no valid address or goes
    in circles."""

    def process_response(  # type: ignore[override] # without the spider, which Scrapy gives up
        self, request: Request, response: Response
    ) -> Request | Response:
        """The request that the page redirects to at once, or the response itself."""
        if request.meta.get("redirect_times", 0) >= _MOST_HOPS:
            return response
        try:
            return super().process_response(request, response)
        except ValueError:
            return response
