"""Text that a click, a touch or a slide shows is visible; text that no visitor can reveal is hidden."""

import pytest

from crawler.pages.extract import extract

OPEN = "<p>本科开展关节镜检查，由两名医师轮流坐诊。</p>"
WORDS = "术后当日即可下地行走"


def region_of(html: str) -> str:
    page = extract(html)
    return next(block.region for block in page.blocks if WORDS in page.text[block.start : block.end])


TABS = {
    "numbered ids": f'<div id="con_1">{OPEN}</div><div id="con_2" style="display:none"><p>{WORDS}</p></div>',
    "one class, a state": f'<div class="box on">{OPEN}</div><div class="box" style="display:none">{WORDS}</div>',
    "a rule for the state": "<style>.zk{display:none}.zk.dq{display:block}</style>"
    f'<div class="zk dq">{OPEN}</div><div class="zk">{WORDS}</div>',
    "a handler that names it": "<a onclick=\"qiehuan('nr',2)\">方法</a>"
    f'<div id="nr_one_2" style="display:none">{WORDS}</div>',
    "a target": f'<button data-target="#xq">详情</button><div id="xq" hidden>{WORDS}</div>',
    "aria": f'<button aria-controls="z9">详情</button><div id="z9" style="visibility:hidden">{WORDS}</div>',
    "an anchor": f'<a href="#z3">方法</a><div id="z3" style="display:none">{WORDS}</div>',
    "a script": f'<div id="z4" style="display:none">{WORDS}</div>'
    '<script>$("#b").click(function(){$("#z4").show()})</script>',
}
SLIDES = {
    "a strip that is moved": f'<div style="position:relative;left:-2400px;width:3600px"><p>{WORDS}</p></div>',
    "a wide strip": f'<ul style="position:absolute;left:-1200px;width:4800px"><li>{WORDS}</li></ul>',
    "a faded picture of many": f'<li style="opacity:1">{OPEN}</li><li style="opacity:0">{WORDS}</li>',
    "a margin": f'<div style="margin-left:-2732px;width:6830px">{WORDS}</div>',
    "named": f'<div class="swiper-slide" style="display:none">{WORDS}</div>',
}
MENUS = {
    "hover": "<style>.er{display:none} li:hover .er{display:block}</style>"
    f"<ul><li>科室<div class=er>{WORDS}</div></li></ul>",
    "named": f'<div class="menu_pop" style="display:none"><a href=/f>{WORDS}</a></div>',
    "second level": f'<ul class="sub-menu" style="display:none"><li>{WORDS}</li></ul>',
    "drop-down": f'<div class="dropdown" hidden>{WORDS}</div>',
    "a mouse handler": f'<li onmouseover="xs(\'ej3\')">科室</li><div id="ej3" style="display:none">{WORDS}</div>',
}
LISTS = {
    "details": f"<details><summary>问</summary><p>{WORDS}</p></details>",
    "no height": f'<div class="accordion" style="height:0;overflow:hidden">{WORDS}</div>',
    "an answer": f'<dt>问：</dt><dd class="answer" style="display:none">{WORDS}</dd>',
    "more of it": f'<p>{OPEN}</p><div class="more" style="display:none">{WORDS}</div>',
    "a label": '<input type=checkbox id=c><label for="q7">展开</label>'
    f'<div id="q7" style="max-height:0;overflow:hidden">{WORDS}</div>',
}
FOLDED = {
    f"{kind}: {name}": html
    for kind, cases in (("tab", TABS), ("slide", SLIDES), ("menu", MENUS), ("list", LISTS))
    for name, html in cases.items()
}


@pytest.mark.parametrize("name", FOLDED)
def test_what_a_visitor_can_have_shown_is_seen(name: str) -> None:
    assert region_of(f"<body>{OPEN}{FOLDED[name]}</body>") in {"main", "frame"}


@pytest.mark.parametrize(
    "hidden",
    [
        f'<div style="display:none">{WORDS}</div>',
        f'<div id="seo" style="display:none">{WORDS}</div><script>document.title = "seo"</script>',
        f'<p style="position:absolute;left:-9999px">{WORDS}</p>',
        f'<p class="t">{OPEN}</p><p class="t" style="text-indent:-9999px">{WORDS}</p>',
        f'<div style="color:#fff;background:#fff">{WORDS}</div>',
        f'<div style="position:absolute;left:-3000px">{WORDS}</div>',
        f'<style>.k{{display:none}}</style><div class="k">{WORDS}</div>',
    ],
)
def test_what_no_visitor_can_have_shown_is_hidden(hidden: str) -> None:
    assert region_of(f"<body>{OPEN}{hidden}</body>") == "hidden"


@pytest.mark.parametrize(
    "wrapper",
    [
        f'<div style="font-size:0"><p style="font-size:14px">{WORDS}</p></div>',
        f"<style>.b{{font-size:0}}.x{{font-size:16px}}</style><div class=b><p class=x>{WORDS}</p></div>",
        f'<div style="font-size:0px;text-align:center"><span style="font:12px/1.5 SimSun">{WORDS}</span></div>',
        f'<div style="font-size:0"><div><b style="font-size:1.2rem">{WORDS}</b></div></div>',
        f'<link rel=stylesheet href=/a.css><div style="font-size:0"><p class="wz">{WORDS}</p></div>',
        f"<style>.b{{font-size:0}} .b>li{{font-size:13px}}</style><ul class=b><li>{WORDS}</li></ul>",
        f'<div style="font-size:0"><i style="font-size:0"><u style="font-size:medium">{WORDS}</u></i></div>',
    ],
)
def test_a_wrapper_without_size_hides_nothing_that_sets_its_own(wrapper: str) -> None:
    assert region_of(wrapper) == "main"


@pytest.mark.parametrize(
    "tiny",
    [
        f'<div style="font-size:0">{WORDS}</div>',
        f'<div style="font-size:0"><p>{WORDS}</p></div>',
        f'<div style="font-size:0"><p style="font-size:2em">{WORDS}</p></div>',
        f"<style>.b{{font-size:0}}</style><div class=b><b>{WORDS}</b></div>",
        f'<p style="font-size:16px"><span style="font-size:0em">{WORDS}</span></p>',
    ],
)
def test_letters_without_a_size_are_hidden(tiny: str) -> None:
    assert region_of(f"{OPEN}{tiny}") == "hidden"


@pytest.mark.parametrize(
    "within",
    [
        "<script>var tishi = '断根';</script>",
        "<style>.x{content:'断根'}</style>",
        "<div><script type='text/template'><p>断根</p></script></div>",
        "<template><p>断根</p></template>",
        "<!-- 断根 -->",
    ],
)
def test_scripts_styles_and_comments_in_hidden_elements_are_no_words(within: str) -> None:
    page = extract(f'{OPEN}<div style="display:none"><p>活动报名须知</p>{within}</div>')
    assert "活动报名须知" in page.text
    assert "断根" not in page.text
