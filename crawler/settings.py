"""Scrapy's settings, all in one place."""

from typing import Any

from crawler.guard import browser_must_not
from crawler.rendering import GOTO_TIMEOUT_MS, guarded_launch_options
from records.settings import settings

MEBIBYTE = 1 << 20
CONCURRENT_REQUESTS_PER_SITE = 2


def scrapy_settings() -> dict[str, Any]:
    """The settings of every crawl; raises BrowserMissing."""
    return {
        "USER_AGENT": settings().user_agent,
        "ROBOTSTXT_OBEY": True,
        "COOKIES_ENABLED": False,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_ITEMS": 2,  # Scrapy starts as many tasks for each answer, items or not; we have none
        "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENT_REQUESTS_PER_SITE,
        "DOWNLOAD_TIMEOUT": settings().download_seconds,
        "DOWNLOAD_MAXSIZE": 16 * MEBIBYTE,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": 6,
        "RETRY_TIMES": 1,
        "TWISTED_DNS_RESOLVER": "crawler.guard.GuardedResolver",
        "DNS_TIMEOUT": 10,
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "DOWNLOAD_HANDLERS": {
            "http": "crawler.page_handler.PageHandler",
            "https": "crawler.page_handler.PageHandler",
            "ftp": None,
            "file": None,
            "data": None,
            "s3": None,
        },
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.budget.BudgetMiddleware": 40,
            "crawler.guard.GuardMiddleware": 50,
        },
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": guarded_launch_options(),
        "PLAYWRIGHT_MAX_CONTEXTS": 4,
        "PLAYWRIGHT_RESTART_DISCONNECTED_BROWSER": True,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": GOTO_TIMEOUT_MS,
        "PLAYWRIGHT_ABORT_REQUEST": browser_must_not,
        "EXTENSIONS": {"crawler.throttle.SiteThrottle": 10},
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": CONCURRENT_REQUESTS_PER_SITE,
        "AUTOTHROTTLE_MAX_DELAY": 30.0,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "WARNING",
        "LOG_FORMAT": "%(asctime)s %(levelname)s %(name)s: %(message)s",
    }
