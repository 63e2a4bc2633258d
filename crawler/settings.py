"""Scrapy's settings, all in one place."""

from typing import Any

from crawler.browser.launch import GOTO_TIMEOUT_MS, guarded_launch_options
from crawler.downloading.guarding import browser_must_not
from records.settings import settings

MEBIBYTE = 1 << 20
CONCURRENT_REQUESTS_PER_SITE = 2


def scrapy_settings() -> dict[str, Any]:
    """The settings of every crawl; raises BrowserMissing."""
    return {
        "USER_AGENT": settings().user_agent,
        "ROBOTSTXT_OBEY": True,
        "COOKIES_ENABLED": True,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_ITEMS": 2,  # Scrapy starts as many tasks for each answer, items or not; we have none
        "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENT_REQUESTS_PER_SITE,
        "DOWNLOAD_TIMEOUT": settings().download_seconds,
        "DOWNLOAD_MAXSIZE": 16 * MEBIBYTE,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": 6,
        "METAREFRESH_MAXDELAY": 3,  # seconds: a page shown for longer is read as a page
        "RETRY_TIMES": 1,
        "TWISTED_DNS_RESOLVER": "crawler.downloading.guarding.GuardedResolver",
        "DNS_TIMEOUT": 10,
        "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "DOWNLOAD_HANDLERS": {
            "http": "crawler.downloading.page_handler.PageHandler",
            "https": "crawler.downloading.page_handler.PageHandler",
            "ftp": None,
            "file": None,
            "data": None,
            "s3": None,
        },
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.downloading.budget.BudgetMiddleware": 40,
            "crawler.downloading.guarding.GuardMiddleware": 50,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawler.downloading.robots.BriefRobots": 100,
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
            "crawler.downloading.cookies.VisitCookies": 700,
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
            "crawler.network.unpacking.PageUnpacking": 590,
            "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
            "crawler.downloading.refresh.RefreshMiddleware": 580,
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
        },
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        **_browser(),
        "PLAYWRIGHT_MAX_CONTEXTS": 4,
        "PLAYWRIGHT_RESTART_DISCONNECTED_BROWSER": True,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": GOTO_TIMEOUT_MS,
        "PLAYWRIGHT_ABORT_REQUEST": browser_must_not,
        # None of Scrapy's default extensions: two open a port that runs any code sent to it, and nobody reads
        # the statistics, which are counted a dozen times a page.
        "EXTENSIONS_BASE": {},
        "EXTENSIONS": {"crawler.downloading.throttle.SiteThrottle": 10},
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        # The plan decides on depths and lengths of addresses.
        "SPIDER_MIDDLEWARES": {
            "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
            "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
            "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
        },
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": CONCURRENT_REQUESTS_PER_SITE,
        "AUTOTHROTTLE_MAX_DELAY": 30.0,
        "LOG_INSTALL_ROOT_HANDLER": False,  # see `telemetry.logs`
    }


def _browser() -> dict[str, Any]:
    """A browser of this machine, or the pool's."""
    if pool := settings().browsers_url.get_secret_value():
        return {"PLAYWRIGHT_CONNECT_URL": pool}
    return {"PLAYWRIGHT_LAUNCH_OPTIONS": guarded_launch_options()}
