"""Notices that platforms show in place of a post: rows of data. A notice that matches no row is unknown,
never gone."""

import pytest
import yaml
from pydantic import ValidationError

from crawler.pages.post import GONE_STATES, STATE_LABELS
from crawler.platforms import SOURCES, notices, read_post
from crawler.platforms.notices import Notice, state_of_notice

MP, TOUTIAO = "https://mp.weixin.qq.com/s/1", "https://www.toutiao.com/article/1/"


def notice(words: str) -> str:
    return f'<html><body><div class="weui-msg"><h2>{words}</h2></div></body></html>'


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("该内容已被发布者删除", "deleted_by_author"),
        ("此内容已被用户自行删除", "deleted_by_author"),
        ("该文章已被作者删除。", "deleted_by_author"),
        ("原文已删除", "deleted_by_author"),
        ("此内容已被发布人撤回", "deleted_by_author"),
        ("接到投诉，该文章侵犯他人权益，查看详情", "removed_for_violation"),
        ("该公众号已封号", "account_closed"),
        ("公众号已经注销", "account_closed"),
        ("公众号处于注销冷静期", "suspended"),
        ("内容已撤回", "deleted_by_author"),
        ("此内容因涉嫌违反相关法律法规和政策，无法查看", "removed_for_violation"),
        ("经审核，该内容违规，已被平台下架", "removed_for_violation"),
        ("被多人投诉，相关内容不予显示", "removed_for_violation"),
        ("此帐号已自主注销", "account_closed"),
        ("该账号因多次违规被永久封停", "account_closed"),
        ("帐号已停止使用，内容无法查看", "account_closed"),
        ("该账号处于冻结状态，内容暂时无法查看", "suspended"),
        ("此内容发送失败无法查看", "suspended"),
        ("作者设置了仅粉丝可见", "not_public"),
        ("根据作者隐私设置，无法查看该内容", "not_public"),
        ("付费后可阅读全文", "not_public"),
        ("操作频繁，请稍后再试", "needs_verification"),
        ("拖动滑块完成拼图", "needs_verification"),
        ("该公众号已迁移", "account_migrated"),
        ("链接已失效", "bad_link"),
        ("系统繁忙，请稍后再试", "failed"),
        ("未知错误", "failed"),
    ],
)
def test_a_notice_is_known_in_the_words_that_vary(words: str, state: str) -> None:
    assert read_post(notice(words), MP).state == state


@pytest.mark.parametrize(
    "words",
    [
        "",
        "小程序",
        "轻触查看原文",
        "该内容未被删除，正在加载",
        "文章被作者移到了别处",
        "正在打开",
        "举报违规内容，查看更多推荐",
        "如何删除已发布的内容？帮助中心",
    ],
)
def test_what_no_row_knows_is_unknown_and_never_gone(words: str) -> None:
    assert read_post(notice(words), MP).state == "unknown"
    assert read_post(f"<div>{words}</div>", TOUTIAO).state == "unknown"


@pytest.mark.parametrize(
    "body",
    [
        "",
        " \n ",
        "<script>var body = '文章'</script>",
        "<style>p { color: red }</style>",
        "<section><p><br></p></section>",
    ],
)
def test_a_shell_without_a_body_in_it_is_no_post(body: str) -> None:
    post = read_post(f'<h1 id="activity-name">题目</h1><div id="js_content">{body}</div>', MP)
    assert (post.state, post.is_post) == ("unknown", False)


@pytest.mark.parametrize("body", ["一句话", '<img data-src="/a.jpg">', '<iframe data-src="/v"></iframe>'])
def test_a_body_of_words_pictures_or_films_is_a_post(body: str) -> None:
    post = read_post(f'<div id="js_content">{body}</div>', MP)
    assert (post.state, post.is_post) == ("normal", True)


def test_a_notice_among_much_else_tells_nothing() -> None:
    assert read_post(notice("该内容已被发布者删除" + "推荐阅读：春季养肝" * 40), MP).state == "unknown"


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("网站正在维护中，请稍后访问", "failed"),
        ("您的请求被网站防火墙拦截", "needs_verification"),
        ("Just a moment... Enable JavaScript and cookies to continue", "needs_verification"),
        ("该域名已过期", "failed"),
        ("Welcome to nginx!", "failed"),
        ("我院神经系统异常检查，网站建设：云溪科技 ICP备案号", "normal"),
        ("请在进行检查前禁食，医保验证在一楼", "normal"),
    ],
)
def test_what_stands_before_any_site_is_told_from_its_pages(words: str, state: str) -> None:
    assert read_post(f"<p>{words}</p>").state == state


def test_nothing_that_stands_before_any_site_says_that_a_page_is_gone() -> None:
    rows = yaml.safe_load((notices.Path(notices.__file__).with_name("any_site.yaml")).read_text("utf-8"))
    assert not {row["state"] for row in rows} & GONE_STATES


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.catalogue)
def test_every_platform_has_its_catalogue(source) -> None:
    assert state_of_notice("系统繁忙", source.catalogue) == "failed"


def test_every_state_has_words_that_people_read() -> None:
    assert set(STATE_LABELS) == set(Notice.model_fields["state"].annotation.__args__)


@pytest.mark.parametrize(
    "row",
    [
        {"state": "vanished", "says": ["内容没了"]},
        {"state": "bad_link", "says": []},
        {"state": "bad_link", "says": ["("]},
        {"state": "bad_link", "says": ["(页面"]},
        {"state": "bad_link", "says": ["不"]},
        {"state": "bad_link", "say": ["链接无效"]},
    ],
)
def test_a_row_that_is_none_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Notice.model_validate(row)
