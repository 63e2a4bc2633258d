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


def test_the_colour_of_what_can_be_pressed_says_nothing_else() -> None:
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", SHEET, flags=re.DOTALL))
    pressed = {selector.strip() for selector, body in rules if "var(--brand)" in body}
    assert pressed == {"a", "button.primary", ".chart .part", ".yaml-words"}
    states = {selector.strip(): body for selector, body in rules}
    assert "var(--ok)" in states[".done"]
    assert not re.search(r"--(brand|high|medium|low|ok)\b", states[".state"]), "a state is ink"
    places = (".list tr.at", ".findings li.at", "mark.at", ":focus-visible")
    assert all("var(--focus)" in states[place] for place in places)
