"""Text that a line announces as somebody else's: readers' comments, lists of other pages; and an abstract that repeats the
beginning of the text."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice

from crawler.pages.regions.article import Box
from crawler.pages.regions.drafts import Draft

# 最新评论, 全部评论 12, 网友评论（共有5条）, 精选留言; a button alone (评论) announces nothing.
_ANNOUNCED = re.compile(
    r"(?:(?:最新|近期|网友|全部|热门|精彩|精选|用户|读者|文章|留言|大家的?|已有|共有?|\d+\s*条)+\s*(?:评论|留言|跟帖|回帖)(?:列表|区)?"
    r"|(?:评论|留言|跟帖)(?:列表|专?区)|(?:评论|留言|跟帖|(?:患者|用户|网友)评价)\s*[(（]?\s*\d+\s*条?\s*[)）]?"
    r"|(?:商品|客户)?评价\s*[(（]\s*\d+\+?\s*条?\s*[)）].{0,12}|\d+\s*条(?:对.{1,30}的)?(?:客户|用户)?评价)"
    r"\s*[:：]?\s*(?:[(（].{0,30}[)）]|\d+\s*条?|(?:进入|查看).{0,12}|>|»)*"
)
# 留言, 居民留言, 评价(5000+): above what people say, each behind a name.
_MAY_ANNOUNCE = re.compile(
    r"\W*(?:[\u3400-\u9fff]{0,4}(?:留言|评论)(?:回复|板)?|问大家)\W*(?:[(（][\d+]+[)）])?\W*"
)
_NAMED = re.compile(r"\W*[^\s:：]{1,12}(?:\s[^\s:：]{1,8})?[:：]|[问答]\s")
_FEWEST_NAMED = 2
_LONGEST_ANNOUNCEMENT, _MOST_ANNOUNCEMENTS = 40, 50
# 相关推荐, 相似问题, 作者最新文章, 热搜榜.
_OTHERS = re.compile(
    r"(?:本类|本站|作者|大家|相关|相似|热门|最新|推荐|更多|往期|精彩|猜你|延伸|热搜|点击|阅读|随机|类似)+的?"
    r"(?:推荐|阅读|文章|问题|问答|资讯|新闻|内容|喜欢|在看|排行|榜|回顾|链接)+榜?\s*[:：]?"
)
_FEWEST_OTHERS, _LONGEST_ENTRY = 3, 40  # entries; characters of one that a script opens
_FULL_STOP = re.compile("[。；]")
_LABEL = re.compile(r"^(?:摘要|导读|核心提示|内容提要|文章摘要)\s*[:：】\]]?\s*")
_SHORTEST_ABSTRACT, _BEFORE_TEXT = 20, 12  # characters; blocks
_CUT = "….。 "


def comments(drafts: Sequence[Draft], boxes: Sequence[Box]) -> Iterator[range]:
    """Announcements of comments, each with the blocks below it to the end of the element that holds them."""
    for place in _saying(_ANNOUNCED, drafts):
        around = next((box for box in boxes if box[0] <= place and place + 1 < box[1]), None)
        if around is None:
            continue
        # What begins with the announcement is about comments; elsewhere something is said ahead of it.
        if place - around[0] <= 1 or any(before.said for before in drafts[around[0] : place]):
            yield range(place, around[1])


def sayings(drafts: Sequence[Draft], boxes: Sequence[Box]) -> Iterator[range]:
    """What visitors say below a heading that may announce it: at least half of the blocks begin with a name."""
    for place in _saying(_MAY_ANNOUNCE, drafts, "言论家"):
        around = next((box for box in boxes if box[0] <= place and place + 1 < box[1]), None)
        if around is None or place - around[0] > 1:
            continue
        below = drafts[place + 1 : around[1]]
        named = sum(bool(_NAMED.match(draft.text)) for draft in below)
        if named >= _FEWEST_NAMED and 2 * named >= len(below):
            yield range(place, around[1])


def others(drafts: Sequence[Draft], boxes: Sequence[Box]) -> Iterator[range]:
    """Lists of other pages, with excerpts of them or without, that are named so and fill their element."""
    for place in _saying(_OTHERS, drafts):
        around = next((box for box in boxes if box[0] <= place and place + 1 < box[1]), None)
        if around is None or place - around[0] > 1 or drafts[place].links:
            continue
        listed = drafts[place + 1 : around[1]]
        is_list = len(listed) >= _FEWEST_OTHERS and all(map(_is_entry, listed))
        if is_list or sum(other.is_link for other in listed) >= _FEWEST_OTHERS:
            yield range(place, around[1])


def _is_entry(draft: Draft) -> bool:
    return len(draft.text) <= _LONGEST_ENTRY and not _FULL_STOP.search(draft.text)


def abstracts(drafts: Sequence[Draft]) -> Iterator[int]:
    """Blocks that are the beginning of the text, said a second time ahead of it."""
    beginning: dict[str, list[int]] = {}
    for place, draft in enumerate(drafts):
        if len(draft.text) >= _SHORTEST_ABSTRACT:
            beginning.setdefault(draft.text[:_SHORTEST_ABSTRACT], []).append(place)
    for place, draft in enumerate(drafts):
        if len(draft.text) < _SHORTEST_ABSTRACT:
            continue
        begun = _LABEL.sub("", draft.text).rstrip(_CUT)
        alike = beginning.get(begun[:_SHORTEST_ABSTRACT], ()) if len(begun) >= _SHORTEST_ABSTRACT else ()
        following = [
            drafts[one]
            for one in alike[bisect_right(alike, place) : bisect_right(alike, place + _BEFORE_TEXT)]
        ]
        is_text = not draft.is_link and not draft.heading if following else False
        if is_text and any(later.text.startswith(begun) and not later.is_link for later in following):
            yield place


def _saying(words: re.Pattern[str], drafts: Sequence[Draft], one_of: str = "") -> Iterator[int]:
    """The blocks that say nothing but these words, of endless ones the first; each match has a character of `one_of`."""
    wanted = frozenset(one_of)
    found = (
        place
        for place, draft in enumerate(drafts)
        if len(draft.text) <= _LONGEST_ANNOUNCEMENT
        and (not wanted or not wanted.isdisjoint(draft.text))
        and words.fullmatch(draft.text)
    )
    return islice(found, _MOST_ANNOUNCEMENTS)
