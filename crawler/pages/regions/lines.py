"""Lines about the page itself: its owner, its place on the site, when and by whom it was published, its controls and house
rules."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from crawler.pages.regions.article import Box
from crawler.pages.regions.drafts import SENTENCE, Draft

HOME = re.compile("首页|主页|联系我们|关于我们|(?:医院|本院)(?:概况|简介)")
# Lines about the page itself: its owner, its place on the site; and, in a short line, when and by whom it was
# published.
_SAID_OF_IT = re.compile(
    r"(?P<legal>ICP备|公网?安备|版权所有|copyright|©|all rights reserved|powered by|技术支持[:：]|备案号|主办(?:单位)?[:：]"
    r"|^(?:(?:您?(?:现在|当前)的?(?:所在)?|您的)?(?:当前)?位置(?:是)?\s*[:：>]|首页\s*[>»›/]))"
    r"|^(?:打印本页|收藏本页|关闭窗口|分享(?:到|至)?[:：]?|[上下]一[篇页条]"
    r"|(?:索\s*引\s*号|发文(?:机[关构]|字号)|主题分类|文\s*号|有效性)\s*[:：])"
    r"|(?:(?:时间|日期)(?<![诊业务作疗班放院]..)|来源|作者|编辑|责编|审核|发布[人者]|撰稿|字体|次数|[击览读]量?(?<!解读))[:：]"
    r"|发[表布]于|字号\s*[:：大]|[【\[]\s*(?:打印|关闭|收藏)",
    re.I,
)
# A heading says who owns the site in its foot alone.
_OWNERS = re.compile(r"ICP备|公网?安备|版权所有|©|all rights reserved|powered by", re.I)
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
    r"|跳至内容|继续滑动看下一个|知道了|允许|打开|下载APP|Archiver|小黑屋|分隔线|喜欢|不喜欢|投稿|条|[上下前后]一页|尾页|末页|跳转到|[共第]\d+页|页"
    r"|去顶部|去评论|打赏|站内搜索|换一[换批]|查看(?:详情|全部|更多)|继续阅读|阅读(?:全文|更多)|当前[在离]线|金币|威望))+",
    re.I,
)
_LONGEST_CONTROLS = 40
# What sites say of themselves and of commenting under every page.
_HOUSE_RULES = re.compile(
    r"(?:邮箱|电子邮件)地址不会被公开|登录后才(?:可以|能)(?:回|评|发)|遵守互联网|严禁发布色情|观点(?:仅|只)代表作者|以便下次评论时使用"
    r"|^(?:您好[，！])?欢迎(?:您)?(?:访问|光临|来到|浏览)[^。！，]{0,24}(?:网|站|页)"
    r"|(?:本平台|本站|平台).{0,12}仅提供信息(?:存储|发布)|不代表本(?:站|网|平台|社区)(?:观点|立场)"
    r"|^(?:您|你)是(?:本站)?第\s*\d+\s*位(?:访客|访问者)"
    r"|Processed in [\d.]+ second|微信扫一扫|返回(?:搜狐|首页|网易|新浪)[，,]?查看更多"
    r"|本(?:站|网站)(?:由|使用|基于).{0,16}(?:建站|搭建|系统)"
)
_HOUSE = re.compile("[邮登遵严观以P微返本欢平您你]")
# 点击在线咨询 >>, as a link: a button in words.
_INVITATION = re.compile(r"(?:点击|点此|立即|马上|在线|免费).{0,16}(?:咨询|预约|对话|挂号|提问|询价)")
_LONGEST_INVITATION = 60
# A label for each place: 关于我们 | 服务条款 | 网站地图.
_BARRED = re.compile(r"(?:[^|｜]{2,8}\s*[|｜]\s*){3,20}[^|｜]{2,8}")
_LONGEST_ABOUT, _LONGEST_LEGAL, _LONGEST_FOOT = 80, 300, 400
_SHORTEST_ENTRY = 10
_MOST_OWNERS, _MOST_IN_FOOT, _MOST_FLOATING = 20, 24, 12  # lines; blocks


def is_dated(draft: Draft) -> bool:
    """Whether a line about the page says its day, as a byline does."""
    return bool(_DAY.search(draft.text)) and not _OWNERS.search(draft.text)


def said_of_the_page(drafts: Sequence[Draft]) -> Iterator[int]:
    """Lines about the page itself: its place on the site, when and by whom it was published, its owner."""
    after_control = False
    for place, draft in enumerate(drafts):
        text = draft.text
        length = len(text)
        is_control = length <= _LONGEST_CONTROLS and _is_control(text, after_control)
        after_control = is_control
        is_button = (
            draft.links and length <= _LONGEST_INVITATION and _INVITATION.search(text) and draft.is_link
        )
        if (
            is_control
            or is_button
            or (length <= _LONGEST_LEGAL and _HOUSE.search(text) and _HOUSE_RULES.search(text))
        ):
            yield place
            continue
        if length > _LONGEST_LEGAL or not _SAYING_SO.search(text):
            continue
        is_line = length <= _LONGEST_ABOUT and "。" not in text
        if not is_line and not _LEGAL_WORDS.search(text):
            continue
        found = _SAID_OF_IT.search(text)
        if not found or (draft.heading and not _DAY.search(text) and not _OWNERS.search(text)):
            continue
        is_entry = found.start() > draft.linked >= _SHORTEST_ENTRY  # its own day behind another page's title
        if (is_line and not is_entry) or found["legal"]:
            yield place


def foot_of(
    drafts: Sequence[Draft], small: Collection[int], heading: int | None, boxes: Sequence[Box]
) -> set[int]:
    """The blocks of a site's foot: the largest element around the line of its owner that is short and below the page's
    heading; and what floats over the page, written below it. `small` are the lines about the page."""
    found = set[int]()
    owners = (place for place in sorted(small) if _OWNERS.search(drafts[place].text))
    for place in islice(owners, _MOST_OWNERS):
        foot = range(place, place + 1)
        for first, end in boxes:
            if not first <= place < end:
                continue
            if (
                end - first > _MOST_IN_FOOT
                or (first <= heading if heading is not None else 2 * first < len(drafts))
                or sum(len(draft.text) for draft in drafts[first:end]) > _LONGEST_FOOT
                or any(draft.heading for draft in drafts[first:end])
            ):
                break
            foot = range(first, end)
        found.update(foot)
        if heading is not None and heading < place and len(drafts) - foot[-1] <= _MOST_FLOATING:
            found.update(below for below in range(foot[-1] + 1, len(drafts)) if not drafts[below].prose)
    return found


@lru_cache(maxsize=8_192)  # a site's menus and counters are the same on each of its pages
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
        or (_MOMENT.search(text) and not SENTENCE.search(text))
        or (HOME.search(text) and _BARRED.fullmatch(text))
    )
