"""Secrets come by file as well, and go into no log."""

from pathlib import Path

import pytest

from records.settings import Settings, settings
from tests import commands

URL = "postgresql+psycopg://qingyi:s3cret-word@127.0.0.1:1/none"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    (tmp_path / "qingyi_database_url").write_text(URL, "utf-8")
    (tmp_path / "qingyi_oidc_client_secret").write_text("s3cret-word", "utf-8")
    return tmp_path


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("QINGYI_DATABASE_URL", raising=False)
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


def test_a_secret_is_read_from_its_file_and_the_environment_goes_before_it(secrets: Path, fresh) -> None:
    fresh.setenv("QINGYI_SECRETS_DIR", str(secrets))
    assert settings().database_url == URL
    assert settings().oidc_client_secret.get_secret_value() == "s3cret-word"
    assert "s3cret-word" not in repr(settings().oidc_client_secret)
    fresh.setenv("QINGYI_DATABASE_URL", "sqlite:///other.db")
    settings.cache_clear()
    assert settings().database_url == "sqlite:///other.db"


def test_steps_write_next_to_the_evidence_where_a_service_may_write(tmp_path: Path, fresh) -> None:
    fresh.delenv("QINGYI_STEPS_DIR", raising=False)
    assert Settings(evidence_dir=tmp_path / "evidence").steps_dir == tmp_path / "steps"
    assert Settings(steps_dir=tmp_path / "said").steps_dir == tmp_path / "said"


def test_a_secret_that_cannot_be_read_is_named(secrets: Path) -> None:
    (secrets / "qingyi_database_url").write_bytes(b"\xff\xfe")
    done = commands.run(
        "database", "upgrade", environment={"PATH": "/usr/bin:/bin", "QINGYI_SECRETS_DIR": str(secrets)}
    )
    assert done.returncode == 2
    assert done.stderr.startswith("错误：设置有误：\nQINGYI_DATABASE_URL: 读不了：")


@pytest.mark.parametrize("arguments", [("flag",), ("database", "upgrade"), ("serve",), ("crawl",)])
def test_no_command_says_the_databases_password(secrets: Path, arguments: tuple[str, ...]) -> None:
    done = commands.run(*arguments, environment={"PATH": "/usr/bin:/bin", "QINGYI_SECRETS_DIR": str(secrets)})
    assert (done.returncode, "数据库无法使用" in done.stderr) == (2, True), done.stderr
    assert "s3cret-word" not in done.stdout + done.stderr


def test_what_a_command_writes_is_its_users_alone(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "QINGYI_DATABASE_URL": f"sqlite:///{tmp_path}/var/q.db"}
    assert commands.run("database", "upgrade", environment=environment).returncode == 0
    assert [oct(path.stat().st_mode & 0o777) for path in (tmp_path / "var", tmp_path / "var" / "q.db")] == [
        "0o700",
        "0o600",
    ]


def test_settings_are_shown_without_their_secret() -> None:
    assert "s3cret" not in repr(Settings(oidc_client_secret="s3cret-word", database_url=URL))
