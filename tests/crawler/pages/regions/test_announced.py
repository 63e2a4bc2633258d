"""Comments, threads and lists of others are no main text, and names of elements do not make text a frame."""

import pytest

from crawler.platforms import read_post

WORDS = "门诊时间为每日上午八点至十二点，下午两点至五点半，请带好身份证和医保卡，按号就诊。"
OTHERS = ("排队两个小时，看病五分钟。", "请问外地医保卡能用吗，电话没人接。", "写得很实在，转给我妈看了。")


def main_text(body: str) -> str:
    page = read_post(f"<title>门诊须知</title><body><h1>门诊须知</h1>{body}</body>").text
    return "\n".join(page.text[block.start : block.end] for block in page.blocks if block.region == "main")


@pytest.mark.parametrize(
    "announcement",
    [
        "<h3>最新评论</h3>",
        "<div>全部评论 12</div>",
        "<div><b>网友评论</b>（共有3条，网友发言不代表本站立场）</div>",
        "<ul><li>评论列表:</li></ul>",
        "<p>精选留言</p>",
        '<div>最新评论 <a href="/c">进入详细评论页&gt;&gt;</a></div>',
        "<strong>3条评论</strong>",
    ],
)
def test_comments_below_their_announcement_are_no_main_text(announcement: str) -> None:
    written = "".join(f"<div><b>网友</b><p>{text}</p></div>" for text in OTHERS)
    found = main_text(f"<div><p>{WORDS}</p></div><div>{announcement}{written * 8}</div>")
    assert WORDS in found
    assert not any(text in found for text in OTHERS)


@pytest.mark.parametrize("button", ["评论", "留言", "发表评论", "分享 评论", "关于评论的说明"])
def test_a_button_or_a_heading_of_another_kind_announces_nothing(button: str) -> None:
    assert WORDS in main_text(f"<div><p>{button}</p><p>{WORDS}</p></div>")


def test_patients_who_praise_are_read_as_the_institutions_own_words() -> None:
    praise = "住院半个月，父亲被照顾得特别好，多年的老毛病治好了，谢谢主任。"
    assert praise in main_text(f"<div><p>{WORDS}</p></div><div><h3>患者评价</h3><p>{praise}</p></div>")


@pytest.mark.parametrize(
    "numbers",
    [
        ("楼主", "沙发", "板凳"),
        ("1#", "2#", "3#"),
        ("1楼", "2楼", "3楼"),
        ("第1楼", "第2楼", "第3楼"),
        ("楼主", "地板", "15#"),
    ],
)
def test_floors_of_other_authors_are_no_main_text(numbers: tuple[str, str, str]) -> None:
    def floor(author: str, number: str, text: str) -> str:
        return f"<table><tr><td><a href=/u>{author}</a></td><td><em>{number}</em><div>{text}</div></td></tr></table>"

    own = "补充一句，周六上午也开诊，周日只有急诊，大家不要白跑。"
    first, second, third = numbers
    found = main_text(floor("甲", first, WORDS) + floor("乙", second, OTHERS[1]) + floor("甲", third, own))
    assert WORDS in found
    assert own in found
    assert OTHERS[1] not in found


@pytest.mark.parametrize("heading", ["相关推荐", "相似问题", "猜你喜欢", "热搜榜", "往期推荐"])
def test_a_list_of_others_with_excerpts_is_no_main_text(heading: str) -> None:
    rows = "".join(
        f'<div><h4><a href="/{number}">秋冬换季怎样少住一次院</a></h4><time>2026-11-0{number}</time>'
        "<p>三个问题帮您判断要不要马上就医，不少人把它当成小毛病……</p></div>"
        for number in range(1, 8)
    )
    found = main_text(f"<div><p>{WORDS}</p></div><div><h3>{heading}</h3>{rows}</div>")
    assert WORDS in found
    assert "三个问题" not in found


@pytest.mark.parametrize("label", ["", "摘要：", "导读: ", "核心提示：", "内容提要："])
def test_an_abstract_that_repeats_the_beginning_is_no_main_text(label: str) -> None:
    text = WORDS + "急诊二十四小时开放，不用预约。"
    assert main_text(f"<div>{label}{text[:40]}…</div><div><p>{text}</p></div>").count(text[:20]) == 1


@pytest.mark.parametrize("name", ["menu", "footer-box recommend", "left_nav", "sidebar footer", "copyright"])
def test_text_in_an_element_called_a_frame_is_the_main_text(name: str) -> None:
    links = "".join(f'<li><a href="/{number}">体检前要记牢的第{number}件事</a></li>' for number in range(60))
    comments = "".join(f"<p>{text}</p>" for text in OTHERS * 8)
    found = main_text(
        f'<ul>{links}</ul><div class="{name}"><p>{WORDS}</p><p>{WORDS[::-1]}</p><p>{WORDS}</p><p>{WORDS}</p></div>'
        f"<div><h3>网友评论</h3>{comments}</div>"
    )
    assert WORDS in found
    assert OTHERS[0] not in found


@pytest.mark.parametrize("foot", ["footer", "div class=footer"])
def test_the_address_below_a_list_of_links_alone_is_no_main_text(foot: str) -> None:
    titles = (
        "流感怎样预防，要不要打疫苗",
        "老人怎样防跌倒",
        "腰椎间盘突出的日常护理",
        "高血压可以控制，不能停药",
    )
    links = "".join(f"<li><a href='/{place}'>{title}</a></li>" for place, title in enumerate(titles))
    end = foot.split(" ", 1)[0]
    below = f"<{foot}>临河县人民医院　地址：临河县文一路100号　电话：0571-00000000</{end}>"
    found = main_text(f"<main><ul>{links}</ul></main>{below}")
    assert titles[0] in found
    assert "文一路" not in found


def test_only_the_text_of_a_floor_is_main_text() -> None:
    def floor(author: str, number: str, text: str) -> str:
        side = f"<td><a href=/u>{author}</a><p>108</p><p>高级会员</p></td>"
        return (
            f"<table><tr>{side}<td><em>{number}</em><div><p>{text}</p></div></td></tr>"
            "<tr><td>人生如茶，静心以对。</td></tr></table>"
        )

    found = main_text(floor("甲", "楼主", WORDS) + floor("乙", "2#", OTHERS[0]))
    assert WORDS in found
    assert not any(words in found for words in ("甲", "高级会员", "人生如茶", OTHERS[0]))


def test_a_list_of_others_that_a_script_opens_is_no_main_text() -> None:
    entries = "".join(f"<div><i>{n}</i><span>第{n}个热门话题</span></div>" for n in range(1, 5))
    found = main_text(f"<div><p>{WORDS}</p></div><div><div>热搜榜</div>{entries}</div>")
    assert WORDS in found
    assert "热门话题" not in found


def test_reviews_that_a_platform_counts_are_its_users() -> None:
    written = "".join(f"<div><b>网友</b><p>{text}</p></div>" for text in OTHERS)
    assert OTHERS[0] not in main_text(
        f"<div><p>{WORDS}</p></div><div><h3>患者评价（685）</h3>{written}</div>"
    )


def test_an_invitation_in_a_link_is_a_button_in_words() -> None:
    button = "<p><a href=/swt/>在线客服为您解答用药问题，点此咨询。</a></p>"
    assert "点此咨询" not in main_text(f"<div><p>{WORDS}</p>{button}</div>")
    assert "点此咨询" in main_text(f"<div><p>{WORDS}</p><p>点此咨询，我们的医生会为您解答。</p></div>")


@pytest.mark.parametrize("heading", ["留言", "居民留言", "::: 留言回复 :::", "问大家(18)"])
def test_what_visitors_say_behind_names_is_no_main_text(heading: str) -> None:
    said = "".join(f"<p>网友 甲{number}：{text}</p>" for number, text in enumerate(OTHERS))
    found = main_text(f"<div><p>{WORDS}</p></div><div><h3>{heading}</h3>{said}</div>")
    assert WORDS in found
    assert OTHERS[0] not in found


def test_a_board_of_messages_by_nobody_is_main_text() -> None:
    assert "请在工作日留言" in main_text(
        f"<div><p>{WORDS}</p><h3>留言</h3><p>请在工作日留言，我们三日内答复。</p></div>"
    )


@pytest.mark.parametrize("heading", ["评价(5000+) 好评率97%", "12 条对血压计的评价", "用户评价 (12)"])
def test_reviews_of_a_product_are_its_buyers(heading: str) -> None:
    written = "".join(f"<p><b>老于</b> – 2021年3月8日</p><p>{text}</p>" for text in OTHERS)
    assert OTHERS[0] not in main_text(f"<div><p>{WORDS}</p></div><div><h2>{heading}</h2>{written}</div>")
