"""Pages that send visitors on by a meta refresh: followed where a visitor sees nothing else, kept where one does."""

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.http import Response

_MOST_HOPS = 4  # more are a page that shows itself again and again


class RefreshMiddleware(MetaRefreshMiddleware):
    """Scrapy's, but no page escapes being read by it: not by an address that is none, nor by going in circles."""

    def process_response(  # type: ignore[override] # without the spider, which Scrapy gives up
        self, request: Request, response: Response
    ) -> Request | Response:
        """Where the page sends its visitors at once, if it does; else the page."""
        if request.meta.get("redirect_times", 0) >= _MOST_HOPS:
            return response
        try:
            return super().process_response(request, response)
        except ValueError:
            return response
