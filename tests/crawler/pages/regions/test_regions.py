"""A page's own content and its frame: recognised by where most of its words stand, not by names alone."""

import re

import pytest

from crawler.pages.extract import extract
from records.snapshots.page_text import StoredText

ARTICLE = (
    "<h1>冬季门诊安排</h1><p>自下月起，呼吸科增设夜间门诊，由主治医师轮流值班，患者凭预约号就诊。</p>"
    "<p>候诊区增加了座椅和饮水处，老年人可以由导诊员陪同，检查结果当日可取。</p>"
    "<p>如需住院，请到住院服务中心登记，床位紧张时由科室统一安排，请耐心等候。</p>"
)
TEXT = ARTICLE.partition("</h1>")[2]
WORDS = "自下月起，呼吸科增设夜间门诊"


def seen(html: str) -> dict[str, str]:
    page = extract(html)
    return {page.text[block.start : block.end]: block.region for block in page.blocks}


def main(html: str) -> str:
    return "\n".join(text for text, region in seen(html).items() if region == "main")


@pytest.mark.parametrize(
    "wrapper",
    [
        '<div id="page" class="site has-sidebar">{}</div>',
        '<div class="page-header-fixed header">{}</div>',
        '<div class="wrap nav">{}</div>',
        "<header>{}</header>",
        '<div id="menu"><div class="footer">{}</div></div>',
        '<div class="aside aside-left"><div><section>{}</section></div></div>',
        "<nav><div>{}</div></nav>",
    ],
)
def test_what_holds_the_whole_page_is_no_frame(wrapper: str) -> None:
    assert WORDS in main(wrapper.format(ARTICLE))
    before = StoredText.of(extract(wrapper.format(ARTICLE)))
    after = StoredText.of(extract(wrapper.format("<p>本院三个疗程断根，终身不再犯，无效退全款。</p>")))
    assert before.main_sha256 is not None
    assert before.main_sha256 != after.main_sha256


@pytest.mark.parametrize(
    "frame",
    [
        '<div class="sidebar"><h3>就诊指南</h3><p>请带身份证，提前一日预约。</p></div>',
        '<div class="has-sidebar"><div class="sidebar"><p>请带身份证，提前一日预约。</p></div></div>',
        "<footer><p>请带身份证，提前一日预约，本站内容仅供参考。</p></footer>",
        '<div id="foot" class="footer"><p>请带身份证，提前一日预约。</p></div>',
        '<div role="contentinfo"><p>请带身份证，提前一日预约。</p></div>',
    ],
)
def test_a_frame_inside_a_wrapper_that_is_none_stays_a_frame(frame: str) -> None:
    html = f'<div class="site has-sidebar"><div class="content">{ARTICLE}</div>{frame}</div>'
    assert WORDS in main(html)
    assert "请带身份证" not in main(html)


@pytest.mark.parametrize(
    "html",
    [
        '<div class="footer"><p>本站建设中</p></div>',
        "<nav><a href=/a>云溪医院</a></nav>",
        '<div class="menu"><a href=/a>内科</a><a href=/b>外科</a></div>',
        "<header><h1>云溪医院</h1></header><footer>电话：0000</footer>",
        "<ul><li><a href=/1>首页</a><li><a href=/2>内科</a><li><a href=/3>外科</a><li><a href=/4>骨科</a></ul>",
        "<aside>欢迎光临</aside>",
    ],
)
def test_a_page_that_has_words_has_a_main_text(html: str) -> None:
    assert main(html)


LABELS = ("首页", "科室设置", "名医风采", "来院路线", "健康讲堂")


@pytest.mark.parametrize(
    "menu",
    [
        "<ul class='daohang'>" + "".join(f"<li>{label}</li>" for label in LABELS) + "</ul>",
        "<ul class=lm>"
        + "".join(f"<li><a href=/{n}>{label}</a></li>" for n, label in enumerate(LABELS))
        + "</ul>",
        "<div>"
        + "".join(f"<div><a href=/{n}>{label}</a></div>" for n, label in enumerate(LABELS))
        + "</div>",
        "<p>" + " | ".join(f"<a href=/{n}>{label}</a>" for n, label in enumerate(LABELS)) + "</p>",
        "<table><tr>"
        + "".join(f"<td><a href=/{n}>{label}</a></td>" for n, label in enumerate(LABELS))
        + "</table>",
        "<dl>" + "".join(f"<dd>{label}</dd>" for label in LABELS) + "</dl>",
    ],
)
@pytest.mark.parametrize(
    "place", ["{menu}{article}", "{article}{menu}", "<div>{menu}</div><div>{article}</div>"]
)
def test_a_menu_is_a_menu_wherever_it_stands_and_whatever_it_is_called(menu: str, place: str) -> None:
    page = extract(place.format(menu=menu, article=ARTICLE))
    found = {page.text[block.start : block.end]: block for block in page.blocks}
    assert {block.region for text, block in found.items() if "科室设置" in text} == {"frame"}
    assert {block.origin for text, block in found.items() if "科室设置" in text} == {"menu"}
    assert found["冬季门诊安排"].region == "main"


@pytest.mark.parametrize(
    "content",
    [
        "<ul><li>头晕</li><li>乏力</li><li>心慌</li><li>出汗</li></ul>",
        "<ol><li>不疼</li><li>不痒</li><li>断根</li><li>不花冤枉钱</li></ol>",
        "<ul>"
        + "".join(f"<li><a href=/{n}>关于调整{n}号楼停车场收费标准的通知</a></li>" for n in range(3))
        + "</ul>",
        "<p>内科</p><p>外科</p><p>骨科</p><p>儿科</p>",
    ],
)
def test_short_lines_of_an_article_are_no_menu(content: str) -> None:
    page = extract(f"<h1>症状</h1><p>常见表现如下。</p>{content}")
    assert {block.region for block in page.blocks} == {"main"}


@pytest.mark.parametrize(
    "line",
    [
        "当前位置：首页 &gt; 新闻 &gt; 正文",
        "您现在的位置：<a href=/>首页</a> » 通知",
        "发布时间：2026-11-02　来源：办公室　浏览次数：311",
        "作者：宣传科 字号：大 中 小",
        "Copyright © 2026 云溪医院 版权所有 云ICP备00000000号",
        "技术支持：某某网络",
        "上一篇：关于缴费方式的说明",
    ],
)
def test_lines_that_speak_of_the_page_are_not_what_the_reader_came_for(line: str) -> None:
    found = seen(f"{ARTICLE}<p>{line}</p>")
    assert [region for text, region in found.items() if text not in extract(ARTICLE).text] == ["frame"]


def test_lists_of_other_pages_frame_an_article_and_are_the_text_of_a_list() -> None:
    titles = [f"第{number}期义诊活动在社区服务中心举行" for number in range(6)]
    items = "".join(f"<li><a href=/{title}>{title}</a><p>11-0{n}</p></li>" for n, title in enumerate(titles))
    beside = seen(f"<div>{ARTICLE}</div><div><h4>最新动态</h4><ul>{items}</ul></div>")
    assert {beside[title] for title in titles} == {"frame"}
    assert beside["最新动态"] == "frame"
    assert {seen(f"<h4>最新动态</h4><ul>{items}</ul>")[title] for title in titles} == {"main"}


@pytest.mark.parametrize(
    "line",
    [
        "云ICP备2026000001号",
        "云公网安备 53010000000001号",
        "版权所有 云溪门诊部",
        "Copyright 2026 Yunxi",
        "COPYRIGHT YUNXI",
        "© 云溪门诊部",
        "All Rights Reserved",
        "Powered by a CMS",
        "技术支持：云溪网络",
        "主办单位: 云溪门诊部",
        "当前位置：首页 > 新闻",
        "首页 » 新闻",
        "发布时间：2026-11-02",
        "阅读量: 30",
        "发表于 2026年11月2日",
        "字号 大 中 小",
        "【 打印 】",
        "[关闭]",
        "收藏本页",
        "关闭窗口",
        "分享到",
        "上一篇 冬季门诊",
        "下一条 春季门诊",
    ],
)
def test_a_line_that_speaks_of_the_page_is_none_of_its_words(line: str) -> None:
    assert seen(f"{ARTICLE}<p>{line}</p>")[line] == "frame"


@pytest.mark.parametrize(
    "line",
    [
        "<div>收藏(3) 分享 举报</div>",
        "<span>阅读 1.2万　赞 30　在看</span>",
        "<p>登录 | 立即注册</p>",
        "<p>楼主 只看该作者 倒序浏览</p>",
        "<p>您的邮箱地址不会被公开。必填项已用 * 标注</p>",
        "<p>您需要登录后才可以回帖</p>",
        "<p>关于我们 | 服务条款 | 广告服务 | 联系我们</p>",
        "<p>2026-05-01 09:30 门诊部 浏览</p>",
        '<div class="webFooter"><p>本站由小城建站搭建，周末休息。</p></div>',
        '<div id="newsRelate"><p>看看别的文章，也许有你要的。</p></div>',
    ],
)
def test_the_words_of_controls_and_house_rules_are_frame(line: str) -> None:
    page = extract(f"<h1>就诊须知</h1>{ARTICLE}{line}")
    words = re.sub("<[^>]*>", "", line)
    assert {block.region for block in page.blocks if words in page.text[block.start : block.end]} == {"frame"}


@pytest.mark.parametrize(
    "line",
    [
        "登录后可以查看本人的检查报告",
        "支持医保结算",
        "收藏家俱乐部",
        "2020年5月10日，皮肤科成立",
        "关注血压，从每天量一次开始",
    ],
)
def test_sentences_that_begin_like_a_control_are_main_text(line: str) -> None:
    page = extract(f"<h1>就诊须知</h1>{ARTICLE}<p>{line}</p>")
    assert {block.region for block in page.blocks if line in page.text[block.start : block.end]} == {"main"}


def test_the_heading_of_an_article_is_its_own_in_a_header_too() -> None:
    header = '<header class="entry-header"><h1>骨科门诊搬迁了</h1></header>'
    page = extract(f"<title>骨科门诊搬迁了 - 云溪医院</title><article>{header}{ARTICLE}</article>")
    assert page.blocks[0].region == "main"


TITLED = "<title>冬季门诊安排 - 云溪医院</title>{}"
NOTICE = "<h2>端午停诊安排</h2><div class=c1><p>节日当天停诊一天，急诊照常。</p></div>"
LINKED = "".join(f"<li><a href=/{n}.html>第{n}批进修医师结业</a></li>" for n in range(6))


@pytest.mark.parametrize(
    "beside",
    [
        "<div><h4>值班</h4><p>总机 0571-00000000</p></div>",
        "<div><b>沈医师</b><span>主治</span><a href=/chat>在线问</a></div>",
        f"<table><tr><td>栏目更新</td></tr><tr><td><ul>{LINKED}</ul></td></tr></table>",
        "<div><p>乘三路公交车到河口站</p></div>",
    ],
)
@pytest.mark.parametrize(
    "page",
    [
        "<div><div>{article}</div><div>{beside}</div></div>",
        "<div>{beside}</div><div><section>{article}</section></div>",
        "<table><tr><td>{beside}</td><td>{article}</td></tr></table>",
        "<div><div><div><div>{article}</div></div></div></div><div><div>{beside}</div></div>",
    ],
)
def test_what_stands_around_an_article_is_its_frame_without_any_names(page: str, beside: str) -> None:
    found = seen(TITLED.format(page.format(article=ARTICLE, beside=beside)))
    own = set(seen(ARTICLE))
    assert {region for text, region in found.items() if text in own} == {"main"}
    assert {region for text, region in found.items() if text not in own} <= {"frame", "beside"}


def test_a_notice_of_one_sentence_is_an_article_too() -> None:
    others = (
        f"<div class=c2><h4>其他通知</h4><ul>{LINKED}</ul></div><div class=c3><p>节日里吃好喝好</p></div>"
    )
    html = f"<title>端午停诊安排_云溪医院</title><div><div class=c0>{NOTICE}{others}</div></div>"
    assert main(html) == "端午停诊安排\n节日当天停诊一天，急诊照常。"


def test_the_lines_between_heading_and_text_say_who_wrote_it() -> None:
    author = "<table><tr><td>小河</td><td>31</td></tr></table>"
    html = TITLED.format(
        f"<div><h1>冬季门诊安排</h1>{author}<div>{ARTICLE.partition('</h1>')[2]}</div></div>"
    )
    assert seen(html)["小河"] == seen(html)["31"] == "frame"
    assert WORDS in main(html)


@pytest.mark.parametrize("said", ["咨询电话：0571-00000000", "加微信 yunxi 预约", "门诊 13900000000"])
@pytest.mark.parametrize("place", ["{said}<div>{text}</div>", "<div>{text}</div>{said}"])
def test_how_the_author_is_reached_stays_with_the_article(place: str, said: str) -> None:
    text = ARTICLE.partition("</h1>")[2]
    article = place.format(text=text, said=f"<div>{said}</div>")
    html = TITLED.format(f"<div><h1>冬季门诊安排</h1>{article}</div><div><p>旁边的话</p></div>")
    assert said in main(html)
    assert "旁边的话" not in main(html)


def test_a_page_of_several_sections_is_main_text_as_a_whole() -> None:
    sections = "".join(
        f"<section><h3>{name}</h3><p>{name}设有诊室三间，由专人负责接待和引导，老人优先。</p></section>"
        for name in ("综合内科", "康复医学", "口腔诊室", "体检中心")
    )
    prices = "<section><table><tr><td>挂号</td><td>八元</td></tr><tr><td>换药</td><td>二十元</td></tr></table></section>"
    html = f"<title>科室设置 - 云溪医院</title><div><h1>科室设置</h1>{sections}{prices}</div>"
    assert set(seen(html).values()) <= {"main", "beside"}


def test_the_entries_of_a_column_are_its_text() -> None:
    column = f"<div><h2>医院动态</h2><ul>{LINKED}</ul></div>"
    html = f"<title>医院动态_云溪医院</title>{column}<div><p>地址：河口路三号，近车站。</p></div>"
    assert {region for text, region in seen(html).items() if "结业" in text} == {"main"}


@pytest.mark.parametrize(
    "around",
    [
        "<form><p>请写下您的姓名和电话，我们尽快与您联系。</p><input name=a></form>",
        '<div style="position: fixed; bottom:0"><p>您好，有什么可以帮到您的吗？请点这里。</p></div>',
        "<p>您好，欢迎访问云溪医院官方网站！</p>",
    ],
)
def test_forms_bars_and_greetings_are_frame_unless_they_hold_the_page(around: str) -> None:
    words = re.sub("<[^>]*>", "", around)
    assert seen(f"<div>{around}</div><div>{ARTICLE}</div>")[words] == "frame"
    assert seen(f"<form action=/x.aspx><div>{ARTICLE}</div></form>")["冬季门诊安排"] == "main"
    assert seen(f'<div style="position:fixed"><div>{ARTICLE}</div></div>')["冬季门诊安排"] == "main"


def test_a_heading_is_known_by_the_title_in_any_order_and_by_that_of_sharing() -> None:
    for head in (
        "<title>冬季门诊安排</title>",
        "<title>云溪医院-冬季门诊安排</title>",
        "<title>云溪医院 | 通知 | 冬季门诊安排</title>",
        '<meta property="og:title" content="冬季门诊安排">',
    ):
        html = f"<html><head>{head}</head><body><div>{ARTICLE}</div><div><p>旁边的话</p></div></body></html>"
        assert "旁边的话" not in main(html)
        assert "冬季门诊安排" in main(html)


def test_the_dates_of_a_column_are_no_sentences_of_an_article() -> None:
    entries = "".join(
        f"<li>2026-03-1{n} <a href=/{n}.html>义诊第{n}站到了河口，欢迎街坊。</a></li>" for n in range(2)
    )
    html = f"<title>义诊动态 - 列表</title><div><h1>义诊动态</h1><ul>{entries}</ul></div>"
    assert {region for text, region in seen(html).items() if "河口" in text} == {"main"}


def test_a_heading_may_link_to_its_own_page() -> None:
    html = TITLED.format(
        f'<div><p>旁边的话</p><div><h1><a href="#">冬季门诊安排</a></h1><div>{TEXT}</div></div></div>'
    )
    assert "冬季门诊安排" in main(html)
    assert "旁边的话" not in main(html)


def test_a_thread_is_known_below_the_category_of_its_title() -> None:
    html = TITLED.format(
        f"<div><p>旁边的话</p><div><h1>[公告] 冬季门诊安排</h1><div>{TEXT}</div></div></div>"
    )
    assert "旁边的话" not in main(html)
    assert WORDS in main(html)


def test_the_line_above_a_byline_heads_a_page_that_bears_the_sites_title() -> None:
    byline = "<tr><td>发布日期：2026-11-2 发布人：admin</td></tr>"
    article = f"<tr><td><b>冬季门诊安排</b></td></tr>{byline}<tr><td>{TEXT}</td></tr>"
    html = f"<title>云溪医院</title><table><tr><td>在线调查</td></tr></table><table>{article}</table><p>急救电话</p>"
    assert main(html).startswith("冬季门诊安排")
    assert "在线调查" not in main(html)
    assert "急救电话" not in main(html)


def test_several_lines_above_bylines_are_the_entries_of_a_list() -> None:
    entries = "".join(f"<li><p>第{n}条安排</p><p>发布日期：2026-11-{n}</p></li>" for n in range(1, 6))
    html = f"<title>云溪医院</title><ul>{entries}</ul>"
    assert all(f"第{n}条安排" in main(html) for n in range(1, 6))


def test_facts_between_heading_and_text_are_no_byline() -> None:
    facts = "<p>产品型号：甲一</p><p>适用人群：久坐者</p><p>材质：棉</p><a href=/ask>在线询价</a>"
    html = TITLED.format(f"<div><h1>冬季门诊安排</h1><div>{facts}</div><div>{TEXT}</div></div>")
    assert "产品型号：甲一" in main(html)
    assert "材质：棉" in main(html)
    assert "在线询价" not in main(html)


def test_paragraphs_next_to_their_heading_are_an_article() -> None:
    html = TITLED.format(
        f"<div><p>服务热线 0571-00000000</p><p>安全 可靠</p><h1>冬季门诊安排</h1>{TEXT}"
        "<p>版权所有 云溪医院</p></div><div>客服一</div><div>工作时间 8:00</div>"
    )
    assert WORDS in main(html)
    assert not any(words in main(html) for words in ("服务热线", "安全", "客服一", "工作时间"))


@pytest.mark.parametrize("tail", ["写给普通人的医学笔记，欢迎来信。", "走走停停，看病也看人。"])
def test_what_an_author_says_of_himself_below_the_controls_is_frame(tail: str) -> None:
    html = TITLED.format(
        f"<div><h1>冬季门诊安排</h1><div>{TEXT}</div><p>赞(4) 收藏 分享</p><div><p>小河</p><p>{tail}</p></div></div>"
    )
    assert WORDS in main(html)
    assert tail not in main(html)


def test_the_address_next_to_the_owners_line_is_the_sites_foot() -> None:
    foot = "<div><div>云溪医院 版权所有 云ICP备00000000号</div><div>地址：解放路九号 电话：0571-00000000</div></div>"
    html = TITLED.format(
        f"<div><div><h1>冬季门诊安排</h1><div>{TEXT}</div></div>{foot}<div>电话咨询</div></div>"
    )
    assert "解放路九号" not in main(html)
    assert "电话咨询" not in main(html)


def test_a_line_that_runs_across_the_page_is_frame_next_to_an_article_alone() -> None:
    running = "<marquee>热烈庆祝我院引进新设备，检查费优惠三成。</marquee>"
    assert "优惠三成" not in main(f"<div>{running}</div><div>{ARTICLE}</div>")
    assert "优惠三成" in main(f"<div>{running}</div>")


def test_a_signature_above_a_row_of_links_stays_in_the_text() -> None:
    row = "<p><a href=/a>打印</a> <a href=/b>关闭</a> <a href=/c>返回</a></p>"
    html = TITLED.format(f"<div><h1>冬季门诊安排</h1><div>{TEXT}<p>云溪医院全体职工</p></div>{row}</div>")
    assert "云溪医院全体职工" in main(html)


@pytest.mark.parametrize("line", ["出诊时间：周二上午", "营业时间：八点至二十点", "解读：何时需要备案"])
def test_hours_and_explanations_are_no_bylines(line: str) -> None:
    html = TITLED.format(
        f"<div><h1>冬季门诊安排</h1>{TEXT}<p>{line}</p><p>现场挂号不收费，也不限号。</p></div>"
    )
    assert line in main(html)


def test_steps_in_an_element_that_a_builder_calls_a_widget_are_part_of_the_text() -> None:
    steps = '<div class="elementor-widget"><ol><li>网上约时间，预留四十分钟。</li><li>来诊当天请有人陪同。</li></ol></div>'
    html = TITLED.format(f"<div><h1>冬季门诊安排</h1>{TEXT}<h2>就诊流程</h2>{steps}<h2>顾虑</h2>{TEXT}</div>")
    assert "网上约时间" in main(html)


def test_titles_of_lists_that_are_frame_are_frame() -> None:
    links = "".join(f"<li><a href=/{n}>第{n}篇旧文的题目</a></li>" for n in range(4))
    html = TITLED.format(
        f"<h1>冬季门诊安排</h1>{TEXT}<ul>{links}</ul><b>快速通道</b><p>收藏 分享</p><ul>{links}</ul>"
    )
    assert WORDS in main(html)
    assert "快速通道" not in main(html)


def test_half_width_marks_behind_chinese_end_sentences_too() -> None:
    text = "<p>自下月起,呼吸科增设夜间门诊,由主治医师轮流值班</p>" * 3
    html = TITLED.format(f"<div><h1>冬季门诊安排</h1><div>{text}</div></div><div><p>旁边的话</p></div>")
    assert "旁边的话" not in main(html)


def test_a_title_with_its_day_is_an_entry_of_a_list() -> None:
    title = "[<a href=/n>医院新闻</a>] <a href=/1>针灸科走进杨柳坪小学</a><span>日期:2021-04-13</span>"
    assert "针灸科走进杨柳坪小学" in main(
        f"<title>医院新闻</title><ul><li>{title}<p>学生听得认真，不吵。</p></li></ul>"
    )
