"""Pages made for the benchmarks: neutral hospital prose of a real page's size, with a few hits."""

import random

SENTENCES = (
    "门诊楼一层设有导诊台，工作人员可以协助老年人完成自助登记。",
    "住院部每日上午查房，家属可在下午三点以后探视，请按规定佩戴口罩。",
    "检验科提醒，抽血前一天晚上不宜饮酒，当天早晨可以少量饮水。",
    "药房窗口按处方先后发药，如对用法用量有疑问，请向药师询问。",
    "医院停车场与地铁站之间有步行连廊，雨天出行较为方便。",
    "护理部组织新入职护士学习静脉输液操作规范，并进行了考核。",
    "儿科诊区更新了候诊座椅，并在墙面绘制了动物图案。",
    "图书室为住院患者提供借阅服务，归还时由专人清洁。",
    "后勤部门完成了空调系统的清洗和水箱的定期检测。",
    "志愿者在周末为社区居民测量血压，并讲解用药常识。",
    "放射科新增一个更衣间，检查前请取下金属饰物。",
    "食堂按病情提供普食、半流食和流食，可在床旁订餐。",
)
HITS = ("我院治愈率98%。", "永不复发，欢迎咨询。")


def text(characters: int, hits: int, seed: int) -> str:
    """Prose of about `characters` characters with `hits` violations somewhere in it."""
    chance = random.Random(seed)
    pieces: list[str] = []
    length = 0
    while length < characters:
        pieces.append("".join(chance.choices(SENTENCES, k=chance.randint(2, 5))))
        length += len(pieces[-1]) + 1
    for _ in range(hits):
        pieces.insert(chance.randrange(len(pieces)), chance.choice(HITS))
    return "\n".join(pieces)


def html(characters: int, hits: int, seed: int) -> str:
    """The same as a page with navigation, markup and footer."""
    body = "".join(f"<p class='text'>{line}</p>\n" for line in text(characters, hits, seed).split("\n"))
    links = "".join(f"<li><a href='/page{number}.html'>栏目{number}</a></li>" for number in range(40))
    return (
        f"<!doctype html><html><head><meta charset='utf-8'><title>页面{seed}</title></head><body>"
        f"<nav><ul>{links}</ul></nav><main><h1>医院动态</h1>{body}</main><footer>版权所有</footer></body></html>"
    )
