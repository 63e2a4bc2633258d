"""Whom the browser presents itself as when it looks at a page again: patients as they come to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from crawler.platforms import SOURCES
from crawler.platforms.app import App
from records.settings import settings

DESKTOP = {"width": 1366, "height": 900}
MOBILE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class BrowserProfile:
    """Whom the browser presents itself as: a truthful monitor, or an ordinary visitor (`crawler.browser.visitors`).
    `name` is shown to reviewers; `headers` are sent in addition."""

    user_agent: str
    viewport: dict[str, int] = field(default_factory=lambda: dict(DESKTOP))
    referer: str | None = None
    is_mobile: bool = False
    name: str = ""
    headers: tuple[tuple[str, str], ...] = ()


_ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; 23013RK75C) AppleWebKit/537.36 (KHTML, like Gecko) "
    "{}Chrome/130.0.0.0 Mobile Safari/537.36{}"
)
_WORD = "%E5%8C%BB%E9%99%A2"  # 医院
VISITOR = BrowserProfile(
    name="从搜索进入的手机访客",
    user_agent=_ANDROID.format("", ""),
    viewport=dict(MOBILE),
    referer=f"https://m.baidu.com/s?word={_WORD}",
    is_mobile=True,
)
_AT_DESK = BrowserProfile(
    name="从搜索进入的电脑访客",
    user_agent=(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/130.0.0.0 Safari/537.36"
    ),
    viewport=dict(DESKTOP),
    referer=f"https://www.baidu.com/s?wd={_WORD}",
)


def _in_app(app: App) -> BrowserProfile:
    """A visitor who opens a link that was shared in an app: no page leads there."""
    agent = _ANDROID.format("Version/4.0 ", f" {app.agent}")
    return replace(VISITOR, name=f"在{app.name}里打开的访客", user_agent=agent, referer=None)


_WECHAT = _in_app(
    App(
        name="微信",
        agent="MMWEBID/7316 MicroMessenger/8.0.50.2701(0x28003255) WeChat/arm64 NetType/WIFI Language/zh_CN",
    )
)
# The app in which a host's links are opened: a platform says its own; those of all others are shared in WeChat.
_APPS: Mapping[str, BrowserProfile] = {
    **{host: _in_app(source.app) for source in SOURCES if source.app for host in source.hosts},
    "baidu.com": _in_app(App(name="百度", agent="baiduboxapp/13.65.0.10 (Baidu; P1 14)")),
}


def monitor() -> BrowserProfile:
    """The truthful monitor."""
    return BrowserProfile(settings().user_agent)


def visitors_of(url: str) -> Sequence[BrowserProfile]:
    """The visitors that an address is shown to, the likeliest to be shown an advert first: from a search, by phone;
    in the app where its links are shared; from a search, at a desk. All of the region that is set."""
    host = (urlsplit(url).hostname or "").lower()
    app = next((own for name, own in _APPS.items() if host == name or host.endswith(f".{name}")), _WECHAT)
    return tuple(map(_in_region, (VISITOR, app, _AT_DESK)))


def visitor_of(request_headers: Mapping[str, Sequence[str]]) -> BrowserProfile:
    """The visitor who sent these headers (names in lower case): to look again as they did."""
    agent = next(iter(request_headers.get("user-agent", ())), "")
    known = (VISITOR, _WECHAT, *_APPS.values(), _AT_DESK)
    return _in_region(next((one for one in known if one.user_agent == agent), VISITOR))


def as_monitor(visitor: BrowserProfile) -> BrowserProfile:
    """The monitor with a visitor's screen: what differs then is meant for the visitor alone."""
    return replace(visitor, name="监测程序", user_agent=settings().user_agent, referer=None, headers=())


def _in_region(visitor: BrowserProfile) -> BrowserProfile:
    """The visitor behind a provider's gateway, which names their address, where one of the region is set."""
    address = settings().visitor_address
    return replace(visitor, headers=(("X-Forwarded-For", address),)) if address else visitor
