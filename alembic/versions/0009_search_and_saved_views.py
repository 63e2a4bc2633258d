"""full text search over flagged pages; views of the queue that a reviewer keeps"""

import re
import unicodedata

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"

_RUNS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[0-9a-z]+")


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "user_id",
            sa.Integer(),
            sa.ForeignKey("users.id", name="fk_saved_views_user_id_users"),
            nullable=False,
        ),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column(
            "query", sa.String(500), nullable=False, comment="the queue's address after the question mark"
        ),
        sa.UniqueConstraint("user_id", "name", name="uq_saved_views_user_id_name"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE judgement_search USING fts5(words, content='')")
        add = "INSERT INTO judgement_search(rowid, words) VALUES (:id, :words)"
    else:
        op.execute(
            "CREATE TABLE judgement_search (judgement_id integer PRIMARY KEY REFERENCES judgements(id), "
            "words tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_judgement_search_words ON judgement_search USING gin (words)")
        add = "INSERT INTO judgement_search(judgement_id, words) VALUES (:id, to_tsvector('simple', :words))"
    _index_what_is_there(add)


def _index_what_is_there(add: str) -> None:
    bind = op.get_bind()
    rows = bind.execute(
        sa.text(
            "SELECT j.id, j.page_text, s.title, p.url, i.name FROM judgements j "
            "JOIN snapshots s ON s.id = j.snapshot_id JOIN pages p ON p.id = s.page_id "
            "LEFT JOIN sites t ON t.id = p.site_id LEFT JOIN accounts a ON a.id = p.account_id "
            "JOIN institutions i ON i.id = COALESCE(t.institution_id, a.institution_id) WHERE j.unlawful"
        )
    ).fetchall()
    for id_, page_text, title, url, name in rows:
        words = " ".join(_pairs("\n".join((title or "", url, name, page_text))[:50_000]))
        bind.execute(sa.text(add), {"id": id_, "words": words})


def _pairs(written: str) -> list[str]:
    pairs = []
    for run in _RUNS.findall(unicodedata.normalize("NFKC", written).lower()):
        pairs += [run] if run[0].isascii() else [run[at : at + 2] for at in range(len(run))]
    return pairs


def downgrade() -> None:
    op.execute("DROP TABLE judgement_search")
    op.drop_table("saved_views")
