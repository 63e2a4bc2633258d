"""The register of institutions: their names are normalised together as each would be alone."""

from hypothesis import given
from hypothesis import strategies as st

from classifiers.page.identity import KnownInstitution, KnownInstitutions
from classifiers.text.normalise import normalise
from classifiers.values import PageText

NAMES = st.lists(
    st.text(st.sampled_from("云溪第一医院(【】·-治★愈 ①Ａ廣　口腔門诊部yī)\u200b\n\u2028"), max_size=14),
    max_size=6,
)


@given(NAMES)
def test_names_together_are_as_each_alone(names: list[str]) -> None:
    register = KnownInstitutions(tuple(map(KnownInstitution, names)))
    alone = {normalise(name).text.strip(): name for name in reversed(names)}
    assert register._names == {plain: name for plain, name in alone.items() if len(plain) >= 4}


def test_fifty_thousand_institutions_are_found_on_a_page() -> None:
    register = KnownInstitutions(tuple(KnownInstitution(f"云溪第{number}号医院") for number in range(50_000)))
    page = PageText.of_plain("欢迎来到云溪第41237号医院，本院不是云溪第7号医院。")
    found = [mention.institution for mention in register.mentions(page, normalise(page.text))]
    assert found == ["云溪第41237号医院", "云溪第7号医院"]
