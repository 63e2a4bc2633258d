"""The API does what its description says: schemathesis calls all of it, with valid and invalid requests."""

import subprocess
import sys
from pathlib import Path

import pytest

from records.settings import Settings
from tests.api.conftest import running
from tests.api.pages import transfer
from tests.records import registered

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,positive_data_acceptance,missing_required_header,"
    "ignored_auth,use_after_free"
)


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.databases("sqlite")
def test_no_call_fails_and_no_answer_is_undocumented(
    served, store, rules, now, tmp_path: Path, soak: bool
) -> None:
    for number in range(1, 6):
        transfer(served, registered.case(served.engine, store, rules, now, number))
    with running(served.engine, store, rules, Settings(api_calls_per_minute=1_000_000)) as url:
        done = subprocess.run(
            [
                Path(sys.executable).parent / "schemathesis",
                "run",
                f"{url}/api/v1/openapi.json",
                *("--header", f"Authorization: Bearer {served.token}"),
                *("--checks", CHECKS, "--max-examples", "50" if soak else "8", "--seed", "1", "--no-color"),
                *("--phases", "examples,coverage,fuzzing,stateful"),
                *("--suppress-health-check", "all"),
            ],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
            timeout=900,
        )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
