"""Article pages of public accounts, in the shape of mp.weixin.qq.com."""

from selectolax.lexbor import LexborHTMLParser

from classifiers.values import PageText
from crawler.extract import extract

# The body is hidden in the source until the page's own script shows it.
_BODY = frozenset({"js_content"})

# What the platform shows in place of an article, by the words on its notice page.
_NOTICES = (
    ("deleted_by_author", ("该内容已被发布者删除", "此内容已被发布者删除")),
    ("removed_for_violation", ("此内容因违规无法查看", "此内容被投诉且经审核涉嫌侵权", "此内容被多人投诉")),
    ("account_migrated", ("该公众号已迁移",)),
    ("needs_verification", ("环境异常", "完成验证后即可继续访问")),
    ("bad_link", ("参数错误", "链接已过期")),
)

GONE_STATES = frozenset({"deleted_by_author", "removed_for_violation"})


def is_article(html: str) -> bool:
    """Whether the page has the shape of such an article, or of the notice in its place."""
    return "js_content" in html or 'class="weui-msg' in html


def article_text(html: str) -> PageText:
    """The article's visible text, with its title."""
    page = extract(html, always_visible=_BODY)
    title = LexborHTMLParser(html).css_first("#activity-name")
    return PageText(page.text, title.text().strip() if title else page.title, page.blocks, page.links)


def article_state(html: str) -> str:
    """ "normal", or what the platform shows instead of the article."""
    tree = LexborHTMLParser(html)
    if tree.css_first("#js_content") is not None:
        return "normal"
    text = extract(html).text
    return next((state for state, words in _NOTICES if any(word in text for word in words)), "normal")
