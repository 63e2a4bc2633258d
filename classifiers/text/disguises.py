"""Tables of disguises. Marked tables: the only Chinese words in this package, facts about writing, not rules.

Each is applied before or while terms are matched, always with an offset map to the original.
"""

# A character, and those that look like it and are put in its place. Tried in terms only, one place at a time.
LOOK_ALIKES = {
    "治": "冶洽", "愈": "瘉揄逾", "疗": "辽", "率": "卛", "效": "郊", "根": "恨跟", "祖": "租袓", "免": "兔勉",
    "费": "贵", "除": "徐", "复": "覆", "彻": "沏", "险": "捡", "证": "征", "药": "葯", "保": "堡", "病": "疒",
    "佳": "隹", "级": "圾", "军": "车", "神": "砷", "痛": "通", "最": "蕞", "绝": "艳", "无": "旡",
}  # fmt: skip

# A character taken apart into two that stand side by side. Only with a part that does not stand alone in
# ordinary text, so that nothing ordinary is put together.
SPLIT = {
    "氵台": "治", "疒了": "疗", "疒丙": "病", "疒正": "症", "疒各": "痂", "疒甬": "痛", "疒员": "痔",
    "讠正": "证", "讠人": "认", "亻呆": "保", "亻专": "传", "亻本": "体", "艹约": "药", "礻且": "祖",
    "礻申": "神", "扌支": "技", "忄生": "性", "纟及": "级", "纟色": "绝", "疒艮": "痕", "疒仓": "疮",
    "氵去": "法", "饣反": "饭", "钅失": "铁", "亻木": "休", "亻叚": "假", "纟屯": "纯", "氵主": "注",
    "扌斗": "抖", "疒颠": "癫", "疒间": "痫", "疒喜": "癔", "月干": "肝", "月中": "肿", "疒留": "瘤",
}  # fmt: skip

# Pictures that stand for words. Single code points; joiners and variation selectors are dropped anyway.
PICTURES = {
    "💊": "药", "🏥": "医院", "💯": "100%", "🆓": "免费", "🈚": "无", "🔝": "顶级", "🥇": "第一", "☎": "电话",
    "📞": "电话", "📱": "电话", "🧬": "基因", "💉": "针", "👴": "老人", "👵": "老人", "🎁": "礼品", "🈶": "有",
    "🉐": "得", "🈵": "满", "🔟": "10", "👨": "",
    "💰": "款", "💵": "款", "👌": "好", "❌": "不", "🚫": "不", "➕": "加", "👶": "宝宝", "👁": "眼", "🦷": "牙", "👃": "鼻",
    "👩": "", "⚕": "医",
}  # fmt: skip
