"""Lines about the page itself: its owner, its place on the site, when and by whom it was published, its controls and house
rules."""

import re
from collections.abc import Iterator, Sequence

from crawler.pages.regions.drafts import SENTENCE, Draft

HOME = re.compile("首页|主页|联系我们|关于我们|(?:医院|本院)(?:概况|简介)")
# Lines about the page itself: its owner, its place on the site; and, in a short line, when and by whom it was
# published.
_SAID_OF_IT = re.compile(
    r"(?P<legal>ICP备|公网?安备|版权所有|copyright|©|all rights reserved|powered by|技术支持[:：]|备案号|主办(?:单位)?[:：]"
    r"|^(?:您?(?:现在|当前)的?(?:所在)?|您的)?(?:当前)?位置(?:是)?\s*[:：>]|^首页\s*[>»›/])"
    r"|(?:时间|日期|来源|作者|编辑|责编|审核|发布人|撰稿|字体|次数|[击览读]量?)[:：]|发[表布]于|字号\s*[:：大]"
    r"|[【\[]\s*(?:打印|关闭|收藏)|^(?:打印|收藏)本页|^关闭窗口|^分享(?:到|至)?[:：]?|^(?:上|下)一[篇页条]",
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
    r"|跳至内容|继续滑动看下一个|知道了|允许|打开|下载APP|Archiver|小黑屋|分隔线|喜欢|不喜欢|投稿|条))+",
    re.I,
)
_LONGEST_CONTROLS = 40
# What sites say of themselves and of commenting under every page.
_HOUSE_RULES = re.compile(
    r"(?:邮箱|电子邮件)地址不会被公开|登录后才(?:可以|能)(?:回|评|发)|遵守互联网|严禁发布色情|观点(?:仅|只)代表作者|以便下次评论时使用"
    r"|^(?:您好[，！])?欢迎(?:您)?(?:访问|光临|来到|浏览)[^。！，]{0,24}(?:网|站|页)"
    r"|Processed in [\d.]+ second|微信扫一扫|返回(?:搜狐|首页|网易|新浪)[，,]?查看更多"
    r"|本(?:站|网站)(?:由|使用|基于).{0,16}(?:建站|搭建|系统)"
)
_HOUSE = re.compile("[邮登遵严观以P微返本欢]")
# A label for each place: 关于我们 | 服务条款 | 网站地图.
_BARRED = re.compile(r"(?:[^|｜]{2,8}\s*[|｜]\s*){3,20}[^|｜]{2,8}")
_LONGEST_ABOUT, _LONGEST_LEGAL = 80, 300


def said_of_the_page(drafts: Sequence[Draft]) -> Iterator[int]:
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
        is_line = length <= _LONGEST_ABOUT and "。" not in text
        if not is_line and not _LEGAL_WORDS.search(text):
            continue
        found = _SAID_OF_IT.search(text)
        if not found or (draft.heading and not _DAY.search(text) and not _OWNERS.search(text)):
            continue
        if is_line or found["legal"]:
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
        or (_MOMENT.search(text) and not SENTENCE.search(text))
        or (HOME.search(text) and _BARRED.fullmatch(text))
    )
