"""What a person has to see for themselves: a page that was unclear to a re-check, and a cloaking site's two faces."""

from datetime import UTC, datetime

import pytest

from records.cases.captures import MONITORS_VIEW
from records.cases.verification import Assessment, Observation, conclude
from records.database import transaction
from records.models import Case, CaseState, VerificationOutcome, VisitorKind
from tests.api.pages import hidden, sign_in, transfer
from tests.records import registered

pytestmark = pytest.mark.databases("sqlite")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def test_a_person_sees_the_screenshot_and_concludes(served, case_id: int, store) -> None:
    transfer(served, case_id)
    with transaction(served.engine) as session:
        case = session.get_one(Case, case_id)
        case.state = CaseState.DISPOSED
        seen = Observation(VisitorKind.RENDERED, 200, "unknown", screenshot=store.put(PNG))
        look = Assessment(seen, VerificationOutcome.UNREACHABLE, "复查所见不是文章", is_unclear=True)
        verification = conclude(session, case, [look], datetime.now(UTC))
        session.flush()
        verification_id = verification.id
    with served.client() as client:
        sign_in(client, "reviewer")
        queue = client.get("/cases").text
        assert '<b data-count="reached-unclear">1</b>' in queue
        assert f"/cases/{case_id}?" in client.get("/cases?state=all&reached=unclear").text
        page = client.get(f"/cases/{case_id}").text
        picture = f"/cases/{case_id}/verifications/{verification_id}/rendered.png"
        assert picture in page
        assert client.get(picture).content == PNG
        assert client.get(picture.replace("rendered", "mobile")).status_code == 404
        form = {"csrf": hidden(page, "csrf"), "seen": "gone", "reason": "平台的新提示"}
        assert client.post(f"/cases/{case_id}/verification", data={**form, "seen": "?"}).status_code == 422
        assert client.post(f"/cases/{case_id}/verification", data=form).status_code == 303
        assert registered.state(served.engine, case_id) == "已核验"
        assert '<b data-count="reached-unclear">0</b>' in client.get("/cases").text
        assert client.post(f"/cases/{case_id}/verification", data=form).status_code == 409


def test_the_two_faces_of_a_cloaking_site_stand_next_to_each_other(served, case_id: int, store) -> None:
    registered.captured(
        served.engine,
        store,
        case_id,
        more={MONITORS_VIEW: PNG},
        collector={"looks": {"visitor": "在微信里打开的访客", "picture": 0.37}},
    )
    with served.client() as client:
        sign_in(client, "reviewer")
        versions = client.get(f"/cases/{case_id}/versions").text
        assert "在微信里打开的访客与监测程序所见的画面相似 <b>37%</b>" in versions
        assert f'src="/cases/{case_id}/screenshot-monitor"' in versions
        assert client.get(f"/cases/{case_id}/screenshot-monitor").content == PNG
        assert client.get("/cases/999/screenshot-monitor").status_code == 404
