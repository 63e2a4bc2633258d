"""Help opens at the section that describes the page; every page has one."""

import pytest

from api.help.manual import PICTURES, documents, find_section, read_page
from records.models import Role
from tests.api.test_accessible import PAGES


@pytest.mark.parametrize(
    ("path", "role", "page", "title"),
    [
        ("/cases", Role.REVIEWER, "reviewer", "研判队列"),
        ("/cases/12", Role.REVIEWER, "reviewer", "案件"),
        ("/cases/12/versions", Role.REVIEWER, "reviewer", "版本"),
        ("/cases/12/compare/13", Role.LEADER, "reviewer", "比较"),
        ("/takedown/7", Role.OFFICER, "officer", "转送件"),
        ("/lists/drafts/3/files/cure_rate.yaml", Role.ANALYST, "analyst", "文件"),
        ("/lists/drafts/3", Role.ADMINISTRATOR, "analyst", "草稿"),
        ("/figures/monitoring", Role.LEADER, "leader", "监测报告"),
        ("/admin/registry/sites/4", Role.ADMINISTRATOR, "administrator", "登记库"),
    ],
)
def test_the_closest_section_is_opened(path: str, role: Role, page: str, title: str) -> None:
    section = find_section(path, role)
    assert (section.page, section.title) == (page, title)


@pytest.mark.parametrize("role", list(Role))
def test_elsewhere_help_opens_the_page_of_ones_role(role: Role) -> None:
    section = find_section("/nothing-of-ours", role)
    assert section.title == ""
    assert section.page in documents()


@pytest.mark.parametrize(
    "path",
    [path for path in PAGES if path != "/nothing-here" and not path.startswith("/help")]
    + ["/takedown", "/webhooks"],
)
def test_every_page_has_its_section(path: str) -> None:
    assert find_section(path.split("?", maxsplit=1)[0], Role.ADMINISTRATOR).title


@pytest.mark.parametrize("name", list(documents()))
def test_every_document_is_shown_with_its_links_and_pictures_led_here(name: str) -> None:
    html = read_page(name).html
    assert 'href="../' not in html
    assert ".md" not in {
        part.split('"')[0][-3:] for part in html.split('href="')[1:] if "://" not in part[:8]
    }
    for part in html.split('src="')[1:]:
        address = part.split('"')[0]
        assert address.startswith("/help/pictures/")
        assert address.rsplit("/", 1)[1] in PICTURES


def test_headings_are_shown_without_the_address_that_they_carry() -> None:
    assert '<h2 id="案件">案件</h2>' in read_page("reviewer").html
