"""Changes to a page that hide its words from a program but not from its visitors.

Each takes a page and gives its bytes, as a server would send them. A new trick is one more function here.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from html import escape
from urllib.parse import quote

from opencc import OpenCC

Transformation = Callable[[str], bytes]
TRANSFORMATIONS: dict[str, Transformation] = {}

_BODY = re.compile(r"(?<=<body>).*(?=</body>)", re.S)
_TEXT = re.compile(r"(?<=>)[^<>]*[\u4e00-\u9fff][^<>]*(?=<)")
_LAWFUL = "门诊时间为每日八时至十七时，周末照常接诊，请携带身份证件和既往病历，按预约时段前来就诊。"
_FULL_WIDTH = {ord(digit): ord(digit) - ord("0") + 0xFF10 for digit in "0123456789"} | {ord("%"): "％"}
_MATHEMATICAL = {ord(digit): 0x1D7CE + int(digit) for digit in "0123456789"}
_TRADITIONAL = OpenCC("s2t")


def transformation(change: Callable[[str], str | bytes]) -> Callable[[str], str | bytes]:
    """Put a change of a page among the transformations, by its name."""

    def applied(page: str) -> bytes:
        made = change(page)
        return made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made

    TRANSFORMATIONS[change.__name__] = applied
    return change


def _body(page: str, change: Callable[[str], str]) -> str:
    return _BODY.sub(lambda found: change(found[0]), page)


def _texts(page: str, change: Callable[[str], str]) -> str:
    """Change each text of the body."""
    return _body(page, lambda body: _TEXT.sub(lambda found: change(found[0]), body))


def _between(page: str, what: str) -> str:
    """Put `what` between all characters of all texts."""
    return _texts(page, what.join)


# Bytes


@transformation
def one_cut_byte_at_the_end(page: str) -> bytes:
    return page.encode() + "治".encode()[:1]


@transformation
def one_cut_byte_in_the_middle(page: str) -> bytes:
    return page.replace("<div", "\udcff<div", 1).encode("utf-8", "surrogateescape")


@transformation
def gbk_that_says_utf_8(page: str) -> bytes:
    return page.encode("gb18030")


@transformation
def gbk_that_says_nothing(page: str) -> bytes:
    return page.replace('<meta charset="utf-8">', "").encode("gb18030")


@transformation
def gbk_in_a_page_of_utf_8(page: str) -> bytes:
    before, body, after = page.partition("<body>")
    return f"{before}<!-- {_LAWFUL * 9} -->".encode() + f"{body}{after}".encode("gb18030")


@transformation
def utf_8_that_says_latin(page: str) -> bytes:
    return page.replace('charset="utf-8"', 'charset="iso-8859-1"').encode()


@transformation
def utf_8_that_says_an_encoding_that_is_none(page: str) -> bytes:
    return page.replace('charset="utf-8"', 'charset="klingon"').encode()


@transformation
def utf_16(page: str) -> bytes:
    return page.encode("utf-16")


@transformation
def traditional_in_big5(page: str) -> bytes:
    return _TRADITIONAL.convert(page).replace("utf-8", "big5").encode("big5hkscs", "replace")


@transformation
def nul_between_tags(page: str) -> str:
    return page.replace("><", ">\x00<")


# Attributes and addresses that break readers


@transformation
def width_of_5000_digits(page: str) -> str:
    return page.replace("<body>", f'<body><img src="/a.png" width="{"9" * 5_000}">')


@transformation
def colour_of_5000_digits(page: str) -> str:
    return page.replace("<body>", f'<body><p style="color:rgb({"9" * 5_000},0,0);background:#fff">色</p>')


@transformation
def addresses_that_are_none(page: str) -> str:
    return page.replace(
        "<body>", '<body><a href="http://[">一</a><img src="http://a:port/"><iframe src="http://]/"></iframe>'
    )


@transformation
def nested_deeply(page: str) -> str:
    return _body(page, lambda body: "<div>" * 3_000 + body + "</div>" * 3_000)


@transformation
def many_empty_elements(page: str) -> str:
    return _body(page, lambda body: "<i></i>" * 5_000 + body)


@transformation
def a_comment_that_does_not_end(page: str) -> str:
    return page.replace("</body></html>", "</body></html><!-- ")


@transformation
def no_quotes_no_ends_upper_case(page: str) -> str:
    return (
        re.sub(r"</(?:p|li|td|th|tr|body|html)>", "", page)
        .replace("<p>", "<P CLASS=x>")
        .replace("<li>", "<LI>")
    )


# Markup between the characters


@transformation
def each_character_in_its_own_element(page: str) -> str:
    return _texts(page, lambda text: "".join(f"<span>{letter}</span>" for letter in text))


@transformation
def each_character_in_its_own_cell(page: str) -> str:
    def grid(text: str) -> str:
        return "<table><tr>" + "".join(f"<td>{letter}</td>" for letter in text) + "</tr></table>"

    return _texts(page, grid)


@transformation
def each_character_in_a_block_shown_inline(page: str) -> str:
    return _texts(
        page, lambda text: "".join(f'<div style="display:inline">{letter}</div>' for letter in text)
    )


@transformation
def each_character_in_a_block_that_floats(page: str) -> str:
    return _texts(page, lambda text: "".join(f'<div style="float:left">{letter}</div>' for letter in text))


@transformation
def a_break_that_is_shown_nowhere_between_characters(page: str) -> str:
    return _between(page, "<wbr>")


@transformation
def comments_between_characters(page: str) -> str:
    return _between(page, "<!--的-->")


@transformation
def words_of_no_size_between_characters(page: str) -> str:
    return _between(page, '<span style="font-size:0">的</span>')


@transformation
def words_not_displayed_between_characters(page: str) -> str:
    return _between(page, '<i style="display:none">的</i>')


@transformation
def words_hidden_by_a_class_between_characters(page: str) -> str:
    return _between(page.replace("<head>", "<head><style>.q{display:none}</style>"), '<i class="q">的</i>')


@transformation
def lines_broken_after_each_character(page: str) -> str:
    return _between(page, "<br>")


@transformation
def lines_of_source_broken_after_each_character(page: str) -> str:
    return _between(page, "\n")


# Characters


@transformation
def zero_width_between_characters(page: str) -> str:
    return _between(page, "\u200b")


@transformation
def soft_hyphens_between_characters(page: str) -> str:
    return _between(page, "&shy;")


@transformation
def joiners_and_directions_between_characters(page: str) -> str:
    return _between(page, "\u2060\u200d\u202c\ufeff")


@transformation
def variation_selectors_after_characters(page: str) -> str:
    return _between(page, "\ufe00")


@transformation
def combining_strokes_after_characters(page: str) -> str:
    return _between(page, "\u0336")


@transformation
def stars_between_characters(page: str) -> str:
    return _between(page, "★")


@transformation
def exclamation_marks_between_the_characters_of_a_clause(page: str) -> str:
    return _texts(page, lambda text: re.sub(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])", "！", text))


@transformation
def spaces_between_characters(page: str) -> str:
    return _between(page, " ")


@transformation
def numeric_references_for_all_characters(page: str) -> str:
    return _texts(page, lambda text: "".join(f"&#{ord(letter)};" for letter in text))


@transformation
def full_width_digits(page: str) -> str:
    return _texts(page, lambda text: text.translate(_FULL_WIDTH))


@transformation
def mathematical_digits(page: str) -> str:
    return _texts(page, lambda text: text.translate(_MATHEMATICAL))


@transformation
def traditional_characters(page: str) -> str:
    return _texts(page, _TRADITIONAL.convert)


@transformation
def written_backwards_and_shown_forwards(page: str) -> str:
    return _texts(page, lambda text: f'<bdo dir="rtl">{text[::-1]}</bdo>')


@transformation
def written_backwards_by_a_control_character(page: str) -> str:
    return _texts(page, lambda text: f"\u202e{text[::-1]}\u202c")


@transformation
def pinyin_above_each_character(page: str) -> str:
    return _texts(page, lambda text: "".join(f"<ruby>{letter}<rt>a</rt></ruby>" for letter in text))


# Wrappers


@transformation
def wrapped_as_navigation(page: str) -> str:
    return _body(page, lambda body: f'<div class="header nav">{body}</div>')


@transformation
def wrapped_as_footer(page: str) -> str:
    return _body(page, lambda body: f"<footer>{body}</footer>")


@transformation
def wrapped_as_aside(page: str) -> str:
    return _body(page, lambda body: f'<aside class="sidebar">{body}</aside>')


@transformation
def wrapped_in_a_button(page: str) -> str:
    return _texts(page, lambda text: f"<button>{text}</button>")


@transformation
def wrapped_in_details(page: str) -> str:
    return _body(page, lambda body: f"<details><summary>展开</summary>{body}</details>")


@transformation
def wrapped_in_a_dialog(page: str) -> str:
    return _body(page, lambda body: f"<dialog open>{body}</dialog>")


@transformation
def in_text_of_svg(page: str) -> str:
    return _texts(page, lambda text: f'<svg width="900" height="40"><text x="0" y="20">{text}</text></svg>')


@transformation
def in_html_inside_svg(page: str) -> str:
    return _texts(page, lambda text: f"<svg><foreignObject><p>{text}</p></foreignObject></svg>")


@transformation
def in_text_of_mathml(page: str) -> str:
    return _texts(page, lambda text: f"<math><mtext>{text}</mtext></math>")


@transformation
def in_fields_of_a_form(page: str) -> str:
    return _texts(page, lambda text: f'<input readonly value="{escape(text)}">')


@transformation
def in_a_text_field(page: str) -> str:
    return _texts(page, lambda text: f"<textarea readonly>{text}</textarea>")


@transformation
def in_a_frame_of_the_page_s_own_source(page: str) -> str:
    return _body(page, lambda body: f'<iframe srcdoc="{escape(body)}"></iframe>')


@transformation
def in_a_frame_of_plain_text(page: str) -> str:
    return _texts(page, lambda text: f'<iframe src="data:text/plain;charset=utf-8,{quote(text)}"></iframe>')


@transformation
def in_a_drawing_in_the_address_of_a_picture(page: str) -> str:
    def drawn(text: str) -> str:
        drawing = f'<svg xmlns="http://www.w3.org/2000/svg"><text y="20">{text}</text></svg>'
        return f'<img src="data:image/svg+xml;base64,{b64encode(drawing.encode()).decode()}">'

    return _texts(page, drawn)


@transformation
def in_the_labels_of_choices(page: str) -> str:
    return _texts(page, lambda text: f'<select><optgroup label="{escape(text)}"></optgroup></select>')


@transformation
def in_fields_of_a_type_that_is_none(page: str) -> str:
    return _texts(page, lambda text: f'<input type="words" value="{escape(text)}">')


@transformation
def in_a_shadow_tree(page: str) -> str:
    return _body(page, lambda body: f'<div><template shadowrootmode="open">{body}</template></div>')


@transformation
def in_an_object_s_other_content(page: str) -> str:
    return _body(page, lambda body: f'<object data="/none.bin">{body}</object>')


@transformation
def hidden_until_a_script_shows_it(page: str) -> str:
    shown = "<script>document.getElementById('w').style.display='block'</script>"
    return _body(page, lambda body: f'<div id="w" style="display:none">{body}</div>{shown}')


@transformation
def hidden_on_paper_alone(page: str) -> str:
    style = "<head><style>@media print{.w{display:none}}</style>"
    return _body(page.replace("<head>", style), lambda body: f'<div class="w">{body}</div>')


@transformation
def hidden_and_shown_again_by_a_later_rule(page: str) -> str:
    style = "<head><style>.w{display:none}</style><style>.w{display:block}</style>"
    return _body(page.replace("<head>", style), lambda body: f'<div class="w">{body}</div>')


# Words around the words


@transformation
def after_much_that_is_lawful(page: str) -> str:
    return page.replace("<body>", f"<body><div>{f'<p>{_LAWFUL}</p>' * 600}</div>")


@transformation
def before_a_sentence_that_excuses(page: str) -> str:
    return page.replace(
        "</body>", "<p>本文为健康科普，仅供参考，不构成广告，具体疗效因人而异，请遵医嘱。</p></body>"
    )


@transformation
def after_a_sentence_that_warns(page: str) -> str:
    return page.replace(
        "<body>", "<body><p>温馨提示：请勿轻信包治百病、保证治愈的虚假宣传，谨防上当受骗。</p>"
    )


@transformation
def under_the_heading_of_news(page: str) -> str:
    return page.replace(
        "<body>",
        "<body><h1>行业新闻：卫健委通报虚假医疗广告典型案例</h1><p>来源：健康报　发布时间：2026-11-02</p>",
    )
