"""Separates a page's own content from its frame: navigation, header, footer, sidebars, lists of other pages.

Tags and class names only say where a frame may be; how much of the page's prose stands there decides. Menus
are recognised by their form, short links in a row, wherever they stand. A page that has words has a main
text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from classifiers.values import Origin, Region

Kind = Literal["sure", "likely"]

_BY_TAG: Mapping[str, Kind] = {"nav": "sure", "footer": "sure", "header": "likely", "aside": "likely"}
NAMING_PARTS = frozenset({"class", "id", "role", "data-role"})  # the attributes by which parts are named
_ROLES = frozenset({"navigation", "contentinfo", "banner", "menu", "menubar", "footer", "navbar", "header"})
_SURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|topbar|foot|footer|breadcrumbs?|crumbs|copyright)(?:$|[\s_-])", re.I
)
_LIKELY = re.compile(
    r"(?:^|[\s_-])(?:header|sidebar|aside|relate|related|recommend|recommended|hot|links?|share|toolbar|widgets?|meta"
    r"|comments?|respond|reply|pager|pagination|prev|skip|rank|digg)(?:$|[\s_-])",
    re.I,
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")  # webFooter is web-Footer
# A part that holds more of the page's prose than this is not a frame, whatever its name.
_MOST_PROSE: Mapping[Kind, float] = {"sure": 0.6, "likely": 0.4}
_DEEPEST_PART = 8
_SENTENCE = re.compile("[。！？；，]")
_SHORTEST_PROSE = 16  # characters
_LABEL, _FEWEST_LABELS, _FEWEST_IN_ROW = (
    8,
    4,
    3,
)  # characters of a menu's entry; entries below, and next to each other
_NO_LABEL = re.compile(r"[。！？；，、%％\d]")
_HOME = re.compile("首页|主页|联系我们|关于我们|(?:医院|本院)(?:概况|简介)")
_MOSTLY = 0.7  # of a block's characters: it is a link
_ARTICLE, _FEWEST_TITLES = (
    80,
    3,
)  # characters of prose next to which a list of links is a frame; links of such a list
_SHORTEST_REST = 40  # characters: a page that is nothing but menus has them as its main text
# Lines about the page itself: its owner, its place on the site; and, in a short line, when and by whom it was
# published.
_SAID_OF_IT = re.compile(
    r"(?P<legal>ICP备|公网?安备|版权所有|copyright|©|all rights reserved|powered by|技术支持[:：]|备案号|主办(?:单位)?[:：]"
    r"|^(?:您?(?:现在|当前)的?(?:所在)?|您的)?(?:当前)?位置(?:是)?\s*[:：>]|^首页\s*[>»›/])"
    r"|(?:时间|日期|来源|作者|编辑|责编|审核|发布人|撰稿|字体|次数|[击览读]量?)[:：]|发[表布]于|字号\s*[:：大]"
    r"|[【\[]\s*(?:打印|关闭|收藏)|^(?:打印|收藏)本页|^关闭窗口|^分享(?:到|至)?[:：]?|^(?:上|下)一[篇页条]",
    re.I,
)
_LEGAL_WORDS = re.compile("备|版权|opyright|OPYRIGHT|eserved|技术支持|位置|首页")
# Every match of the expression above contains one of these: looked for first, since most lines have none.
_SAYING_SO = re.compile("[备版©位首:：于字打收关分上下cCaApP]")
_DAY = re.compile(r"\d{4}\s*[-年/.]\s*\d{1,2}")
# When a page was published, to the minute, with the publisher around it.
_MOMENT = re.compile(r"\d{4}[-年/.]\d{1,2}[-月/.]\d{1,2}日?\s*\d{1,2}:\d{2}")
# The words on a site's controls and counters, with no others: 收藏(0), 阅读 120 赞 3, 登录 | 注册.
_CONTROLS = re.compile(
    r"(?:(?>\d+(?:[万个条次件人位]|分钟)?|设为首页|加入收藏|收藏本站|收藏|切换到(?:窄|宽)版|登录狐友|登录|登陆|立即注册|注册|找回密码"
    r"|用户名|密码|忘记密码|取消回复|取消|发表评论|发表回复|我来说两句(?:排行榜)?|评论列表|网友评论|条评论|评论|回复|点赞|赞|在看|分享|转发"
    r"|举报|反馈|意见反馈|支持|反对|顶一下|踩一下|顶|踩|挑错|推荐|打印|关闭|返回列表|返回顶部|回到顶部|发新帖|发帖|快速回复|使用道具|复制链接"
    r"|只看该作者|倒序浏览|阅读模式|楼主|沙发|发消息|加好友|管理员|版主|主题|帖子|积分|精华|关注|粉丝|获赞|总阅读|阅读原文|阅读|查看|浏览|点击"
    r"|文章|热搜|请输入搜索内容|请输入关键词|搜索|提交|重置|标签|扫一扫|手机版|电脑版|管理登录|购物车|我的|全部商品|全部|上新|进店逛逛|首页|本版"
    r"|跳至内容|继续滑动看下一个|知道了|允许|打开|下载APP|Archiver|小黑屋|分隔线|喜欢|不喜欢|投稿|条))+",
    re.I,
)
_LONGEST_CONTROLS = 40
# What sites say of themselves and of commenting under every page.
_HOUSE_RULES = re.compile(
    r"(?:邮箱|电子邮件)地址不会被公开|登录后才(?:可以|能)(?:回|评|发)|遵守互联网|严禁发布色情|观点(?:仅|只)代表作者|以便下次评论时使用"
    r"|Processed in [\d.]+ second|微信扫一扫|返回(?:搜狐|首页|网易|新浪)[，,]?查看更多"
    r"|本(?:站|网站)(?:由|使用|基于).{0,16}(?:建站|搭建|系统)"
)
_HOUSE = re.compile("[邮登遵严观以P微返本]")
# A label for each place: 关于我们 | 服务条款 | 网站地图.
_BARRED = re.compile(r"(?:[^|｜]{2,8}\s*[|｜]\s*){3,20}[^|｜]{2,8}")
_CUT_SHORT = re.compile(r"(?:…|\.{3}|\[?(?:详细|查看全文|阅读全文|更多)\]?)\s*$")
_SHORTEST_TITLE = 6
_LONGEST_ABOUT, _LONGEST_LEGAL = 80, 300


@dataclass(eq=False)
class Part:
    """An element that may be a frame, and the one around it."""

    kind: Kind
    around: "Part | None" = None
    depth: int = 1
    length: int = 0
    prose: int = 0
    is_frame: bool | None = None


class Draft(NamedTuple):
    """A block whose region is not decided: the text, how many of its characters are in links, and in how many; the list
    that it is an entry of (0: none)."""

    text: str
    part: Part | None
    heading: bool = False
    origin: Origin = ""
    linked: int = 0
    links: int = 0
    entry_of: int = 0

    @property
    def is_link(self) -> bool:
        """Whether it is mostly a link; dates and numbers next to a link do not count."""
        if self.linked >= _MOSTLY * len(self.text):
            return True
        return self.linked > 0 and self.linked >= _MOSTLY * sum(map(str.isalpha, self.text))

    @property
    def is_row(self) -> bool:
        """Whether it consists of short links with marks between them."""
        words = sum(map(str.isalnum, self.text))
        return (
            self.linked <= _LABEL * self.links
            and self.linked >= _MOSTLY * words
            and not _SENTENCE.search(self.text)
        )

    @property
    def prose(self) -> int:
        """The characters of its sentences; 0 where it has none."""
        unlinked = len(self.text) - self.linked
        return unlinked if unlinked >= _SHORTEST_PROSE and _SENTENCE.search(self.text) else 0


def kind_of_part(attributes: Mapping[str, str | None], tag: str) -> Kind | None:
    """Whether an element looks like a frame by its tag, role, class and id; None where nothing says so."""
    named, identity = attributes.get("class"), attributes.get("id")
    role = attributes.get("role") or attributes.get("data-role")
    if not (named or identity or role) or tag in {"body", "html"}:
        return _BY_TAG.get(tag)
    return _kind_of(tag, role, f"{named or ''} {identity or ''}")


def part_in(around: Part | None, kind: Kind) -> Part | None:
    """A part in another; None where they nest deeper than a person would write."""
    depth = around.depth + 1 if around else 1
    return Part(kind, around, depth) if depth <= _DEEPEST_PART else None


@lru_cache(maxsize=8_192)
def _kind_of(tag: str, role: str | None, names: str) -> Kind | None:
    by_tag, names = _BY_TAG.get(tag), _HUMP.sub("-", names)
    if by_tag == "sure" or role in _ROLES or _SURE.search(names):
        return "sure"
    return "likely" if by_tag or _LIKELY.search(names) else None


def regions(drafts: Sequence[Draft], title: str = "") -> list[tuple[Region, Origin]]:
    """The region of each block, in order, and its origin, where it turns out to be a menu's. `title` is the page's: the
    block that begins it is the article's own heading, wherever it stands."""
    prose = [draft.prose for draft in drafts]
    leading = [draft.is_link for draft in drafts]
    for draft, unlinked in zip(drafts, prose, strict=True):
        part = draft.part
        while part is not None:
            part.length += len(draft.text)
            part.prose += unlinked
            part = part.around
    length, whole = sum(len(draft.text) for draft in drafts), sum(prose)
    framed = [_is_framed(draft.part, length, whole) for draft in drafts]
    menus = {place for run in _menus(drafts, prose, leading) for place in run}
    main_prose = sum(unlinked for unlinked, out in zip(prose, framed, strict=True) if not out)
    small = {
        *_said_of_the_page(drafts),
        *(_lists_of_others(drafts, framed, leading) if main_prose >= _ARTICLE else ()),
    }
    rest = sum(
        len(draft.text)
        for place, draft in enumerate(drafts)
        if not framed[place] and place not in menus and place not in small
    )
    if rest < _SHORTEST_REST and not main_prose:
        menus_in_frame: set[int] = set()
    else:
        menus_in_frame = menus | small
    own_heading = _own_heading(drafts, title)
    out = [
        place != own_heading and (is_out or place in menus_in_frame) for place, is_out in enumerate(framed)
    ]
    if all(out):
        out = framed if not all(framed) else [False] * len(drafts)
    return [
        ("frame" if is_out else "main", draft.origin or ("menu" if place in menus else ""))
        for place, (draft, is_out) in enumerate(zip(drafts, out, strict=True))
    ]


def _own_heading(drafts: Sequence[Draft], title: str) -> int | None:
    """The block that says the title of the article, as the page's title does before it names the site."""
    return next(
        (
            place
            for place, draft in enumerate(drafts)
            if len(draft.text) >= _SHORTEST_TITLE and not draft.links and title.startswith(draft.text)
        ),
        None,
    )


def _is_framed(part: Part | None, length: int, prose: int) -> bool:
    if part is None:
        return False
    if part.is_frame is None:
        is_large = part.length > 0.5 * length if prose == 0 else part.prose > _MOST_PROSE[part.kind] * prose
        if part.kind == "sure" and prose:  # a footer's law and address may be the only prose
            is_large = is_large and part.length > 0.5 * length
        part.is_frame = _is_framed(part.around, length, prose) or not is_large
    return part.is_frame


def _menus(drafts: Sequence[Draft], prose: Sequence[int], leading: Sequence[bool]) -> Iterator[range]:
    """Blocks that are the entries of menus: short links in a row, in one block or many, or short entries of a
    list that has a link home or stands above everything else."""
    begin, count = 0, len(drafts)
    above = next((place for place, draft in enumerate(drafts) if draft.heading or prose[place]), count)
    labels = [_is_label(draft) for draft in drafts]
    while begin < count:
        first = drafts[begin]
        if first.links >= _FEWEST_IN_ROW and first.is_row:
            yield range(begin, begin + 1)
            begin += 1
            continue
        end, leads, entry_of = begin, leading[begin], first.entry_of
        while (
            end < count
            and labels[end]
            and ((leads and leading[end]) or drafts[end].entry_of == entry_of != 0)
        ):
            end += 1
        if end - begin >= _FEWEST_LABELS and (
            leads or begin < above or any(_HOME.search(draft.text) for draft in drafts[begin:end])
        ):
            yield range(begin, end)
        begin = max(end, begin + 1)


def _is_label(draft: Draft) -> bool:
    return len(draft.text) <= _LABEL and not draft.heading and not _NO_LABEL.search(draft.text)


def _said_of_the_page(drafts: Sequence[Draft]) -> Iterator[int]:
    """Lines about the page itself: its place on the site, when and by whom it was published, its owner."""
    after_control = False
    for place, draft in enumerate(drafts):
        text = draft.text
        length = len(text)
        is_control = length <= _LONGEST_CONTROLS and _is_control(text, after_control)
        after_control = is_control
        if is_control or (length <= _LONGEST_LEGAL and _HOUSE.search(text) and _HOUSE_RULES.search(text)):
            yield place
            continue
        if length > _LONGEST_LEGAL or not _SAYING_SO.search(text):
            continue
        if draft.heading and not _DAY.search(text):
            continue
        is_line = length <= _LONGEST_ABOUT and "。" not in text
        if not is_line and not _LEGAL_WORDS.search(text):
            continue
        found = _SAID_OF_IT.search(text)
        if found and (is_line or found["legal"]):
            yield place


def _is_control(text: str, after_control: bool) -> bool:
    """Whether a short line is the words of controls and counters alone: a number alone next to others of them; and a line
    that says when and by whom the page was published."""
    words = re.sub(r"[\W_]+", "", text)
    if not words:
        return after_control or len(text) > 8  # a line that is drawn
    if words.isdecimal():
        return after_control
    return bool(
        _CONTROLS.fullmatch(words)
        or (_MOMENT.search(text) and not _SENTENCE.search(text))
        or (_HOME.search(text) and _BARRED.fullmatch(text))
    )


def _lists_of_others(
    drafts: Sequence[Draft], framed: Sequence[bool], leading: Sequence[bool]
) -> Iterator[int]:
    """Lists of links to other pages, next to an article: 相关阅读, 最新文章; with the short line above
    them."""
    begin = 0
    while begin < len(drafts):
        end, links = begin, 0
        while end < len(drafts) and not framed[end] and (leading[end] or _is_between(drafts, end, begin)):
            links += drafts[end].links if leading[end] else 0
            end += 1
        if links >= _FEWEST_TITLES:
            if begin and len(drafts[begin - 1].text) <= 2 * _LABEL and not drafts[begin - 1].prose:
                yield begin - 1
            yield from range(begin, end)
        begin = max(end, begin + 1)


def _is_between(drafts: Sequence[Draft], place: int, begin: int) -> bool:
    """Whether a block stands between the links of a list: a day, a number, a mark; the beginning of another page."""
    text = drafts[place].text
    if place == begin:
        return False
    return bool(_CUT_SHORT.search(text)) if re.search("[\u3400-\u9fff]{3}", text) else len(text) <= 2 * _LABEL
