"""`qingyi evidence move`, `gather`, `index`: from a machine's folder to a bucket, and keeping the bucket in
order."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from classifiers.lists.rules import RuleSet
from records.store.bucket_store import BucketStore
from records.store.folder_store import FolderStore
from tests import commands
from tests.records import registered
from tests.servers.s3 import S3Server


@pytest.mark.databases("postgresql")
def test_a_deployment_moves_to_a_bucket(
    engine: Engine, store: FolderStore, rules: RuleSet, now: datetime, s3: S3Server, qingyi, tmp_path: Path
) -> None:
    registered.captured(engine, store, registered.case(engine, store, rules, now))
    bucket = s3.new_bucket()
    moved = {**commands.environment_of_bucket(bucket), "QINGYI_EVIDENCE_DIR": str(tmp_path / "unused")}
    early = qingyi("evidence", "check", **moved)
    assert (early.returncode, "证据库中没有" in early.stdout) == (1, True)
    done = qingyi("evidence", "move", str(store.folder), **moved)
    assert done.returncode == 0, done.stderr
    assert f"的证据都在 {bucket.url} 中，已逐件核对" in done.stdout
    assert "1 份取证记录全部相符" in qingyi("evidence", "check", **moved).stdout
    there = BucketStore(bucket, engine.url.render_as_string(hide_password=False))
    assert sorted(there.names()) == sorted(store.names())
    assert "0 个小包合并为 0 个大包" in qingyi("evidence", "gather", **moved).stdout
    (pack,) = s3.keys(bucket)
    s3.operator.delete_object(Bucket=bucket.url.split("/")[2], Key=pack)
    gone = qingyi("evidence", "index", **moved)
    assert gone.returncode == 1
    assert f"不在存储桶中，其中有 {len(set(store.names()))} 件证据" in gone.stderr


@pytest.mark.databases("sqlite")
def test_a_bucket_needs_settings_that_fit(qingyi) -> None:
    none = qingyi("evidence", "gather")
    assert (none.returncode, none.stderr.strip()) == (2, "错误：未设置存储桶，请设置 QINGYI_EVIDENCE_URL")
    alone = qingyi("evidence", "check", QINGYI_EVIDENCE_URL="s3://evidence")
    assert (alone.returncode, "需要 PostgreSQL 数据库" in alone.stderr) == (2, True)
    wrong = qingyi("evidence", "check", QINGYI_EVIDENCE_URL="https://evidence/")
    assert (wrong.returncode, "应形如 s3://BUCKET" in wrong.stderr) == (2, True)
