"""Words that a page shows although its tree does not hold them in reading order."""

from base64 import b64encode

import pytest

from crawler.pages.extract import extract

FRAMED = b64encode("<p>治愈率98%</p>".encode()).decode()


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ('<p>前</p><iframe srcdoc="&lt;p&gt;框内&lt;/p&gt;"></iframe><p>后', "前\n框内\n后"),
        (f'<iframe src="data:text/html;charset=utf-8;base64,{FRAMED}"></iframe>', "治愈率98%"),
        ('<iframe src="data:text/html,%3Cp%3E%E7%94%B2"></iframe>', "甲"),
        ('<iframe src="data:image/png;base64,AAAA"></iframe>', ""),
        ('<div><template shadowrootmode="open"><b>影</b></template></div>', "影"),
        ("<template><b>不显示</b></template>", ""),
        ("<svg><text>图中</text></svg>", "图中"),
        ('<object data="x"><p>代替</p></object>', "代替"),
        ('<input value="预约"><input type="hidden" value="不显示"><input type=password value="x">', "预约"),
        ('<p>甲<bdo dir="rtl">丙乙</bdo>丁', "甲乙丙丁"),
        ('<p style="unicode-bidi:bidi-override; direction:rtl">乙甲', "甲乙"),
        ("<p>甲\u202e丙乙\u202c丁", "甲乙丙丁"),
        ("<ruby>愈<rt>yù</rt></ruby>合", "愈合"),
        ("<ruby>口腔<rt>治愈</rt></ruby>科", "口腔科\n治愈"),
        (
            "<table><tr>" + "".join(f"<td>{letter}" for letter in "治愈率98%。") + "</table>",
            "治 愈 率 9 8 % 。",
        ),
        ("<table><tr><td>1<td>2<td>3</table>", "1\n2\n3"),
    ],
)
def test_what_is_shown_is_read(html: str, shown: str) -> None:
    assert extract(html).text == shown


def test_frames_within_frames_come_to_an_end() -> None:
    source = "深处"
    for _ in range(12):
        source = f'<iframe srcdoc="{source.replace("&", "&amp;").replace(chr(34), "&quot;")}"></iframe>'
    assert extract(source).text == "深处"
    many = extract('<iframe srcdoc="内"></iframe>' * 500)
    assert 0 < many.text.count("内") <= 50
