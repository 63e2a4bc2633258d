"""The style sheet: every colour that is used has a value, in light and in dark."""

import re
from pathlib import Path

import api

SHEET = (Path(api.__file__).parent / "static" / "qingyi.css").read_text("utf-8")
LOOKS = {
    selector: dict(re.findall(r"--([\w-]+):\s*([^;]+);", body))
    for selector, body in re.findall(r"(:root[^{]*)\{([^}]*)\}", SHEET)
}


def test_every_colour_has_a_value_in_every_look() -> None:
    light, dark = LOOKS[":root "], LOOKS[":root[data-looks=dark] "]
    assert set(re.findall(r"var\(--([\w-]+)\)", SHEET)) <= set(light)
    assert set(light) == set(dark)
    assert [value for look in (light, dark) for value in look.values() if "var(" in value] == []
