"""one table of sources for sites and accounts; the log's actors as they are written today"""

import sqlalchemy as sa

from alembic import op

revision = "0020"
down_revision = "0019"

# Of both tables, called the same in each.
_COMMON = (
    "institution_id, max_pages, max_minutes, delay_seconds, interval_hours, visit_hours, pace, enabled, "
    "next_visit_at"
)
_OF_SITES = "other_hosts, max_depth, obey_robots, robots_reason"
_ACTORS = ("reviewer:NAME, office:NAME or system:TASK", "user:NAME, office:OFFICE/NAME or system:TASK")


def upgrade() -> None:
    _create_sources()
    op.execute(
        f"INSERT INTO sources (id, kind, address, {_COMMON}, {_OF_SITES}) "
        f"SELECT id, 'site', start_url, {_COMMON}, {_OF_SITES} FROM sites"
    )
    # Sites keep their ids; those of the accounts follow after.
    after_sites = op.get_bind().scalar(sa.text("SELECT coalesce(max(id), 0) FROM sites"))
    op.execute(
        f"INSERT INTO sources (id, kind, address, name, biz, {_COMMON}, {_OF_SITES}) "
        f"SELECT id + {after_sites}, 'account', feed_url, name, biz, {_COMMON}, '[]', 1, true, NULL FROM accounts"
    )
    for name in ("pages", "visits", "matters"):
        op.add_column(name, sa.Column("source_id", sa.Integer()))
        op.execute(f"UPDATE {name} SET source_id = coalesce(site_id, account_id + {after_sites})")
    with op.batch_alter_table("pages") as table:
        table.drop_constraint(op.f("ck_pages_one_source"), type_="check")
        table.drop_index("ix_pages_site_id")
        table.drop_index("ix_pages_account_id")
        _refer_to_sources(table, "pages")
        table.create_index(op.f("ix_pages_source_id"), ["source_id"])
    with op.batch_alter_table("visits") as table:
        table.drop_index("ix_visits_site_id_finished_at")
        table.drop_index("ix_visits_account_id_finished_at")
        _refer_to_sources(table, "visits")
        table.create_index("ix_visits_source_id_finished_at", ["source_id", "finished_at"])
    with op.batch_alter_table("matters") as table:
        table.drop_constraint(op.f("uq_matters_office_id_site_id_opened_on"), type_="unique")
        table.drop_constraint(op.f("uq_matters_office_id_account_id_opened_on"), type_="unique")
        _refer_to_sources(table, "matters")
        table.create_unique_constraint(
            op.f("uq_matters_office_id_source_id_opened_on"), ["office_id", "source_id", "opened_on"]
        )
    op.drop_table("accounts")
    op.drop_table("sites")
    _count_on("sources")
    _say_who_acts(*_ACTORS)


def downgrade() -> None:
    _say_who_acts(*reversed(_ACTORS))
    _create_sites()
    _create_accounts()
    op.execute(
        f"INSERT INTO sites (id, start_url, {_COMMON}, {_OF_SITES}) "
        f"SELECT id, address, {_COMMON}, {_OF_SITES} FROM sources WHERE kind = 'site'"
    )
    op.execute(
        f"INSERT INTO accounts (id, feed_url, name, biz, {_COMMON}) "
        f"SELECT id, address, name, biz, {_COMMON} FROM sources WHERE kind = 'account'"
    )
    for name in ("pages", "visits", "matters"):
        for kind in ("site", "account"):
            op.add_column(name, sa.Column(f"{kind}_id", sa.Integer()))
            op.execute(
                f"UPDATE {name} SET {kind}_id = source_id "
                f"WHERE source_id IN (SELECT id FROM sources WHERE kind = '{kind}')"
            )
    with op.batch_alter_table("pages") as table:
        table.drop_index(op.f("ix_pages_source_id"))
        _refer_to_both(table, "pages")
        table.create_index("ix_pages_site_id", ["site_id"])
        table.create_index("ix_pages_account_id", ["account_id"])
        table.create_check_constraint(
            op.f("ck_pages_one_source"), "(site_id IS NULL) <> (account_id IS NULL)"
        )
    with op.batch_alter_table("visits") as table:
        table.drop_index("ix_visits_source_id_finished_at")
        _refer_to_both(table, "visits")
        table.create_index("ix_visits_site_id_finished_at", ["site_id", "finished_at"])
        table.create_index("ix_visits_account_id_finished_at", ["account_id", "finished_at"])
    with op.batch_alter_table("matters") as table:
        table.drop_constraint(op.f("uq_matters_office_id_source_id_opened_on"), type_="unique")
        _refer_to_both(table, "matters")
        for kind in ("site", "account"):
            table.create_unique_constraint(
                op.f(f"uq_matters_office_id_{kind}_id_opened_on"), ["office_id", f"{kind}_id", "opened_on"]
            )
    op.drop_table("sources")
    _count_on("sites")
    _count_on("accounts")


def _refer_to_sources(table: "op.BatchOperations", name: str) -> None:
    for kind in ("site", "account"):
        table.drop_constraint(op.f(f"fk_{name}_{kind}_id_{kind}s"), type_="foreignkey")
        table.drop_column(f"{kind}_id")
    table.alter_column("source_id", existing_type=sa.Integer(), nullable=False)
    table.create_foreign_key(op.f(f"fk_{name}_source_id_sources"), "sources", ["source_id"], ["id"])


def _refer_to_both(table: "op.BatchOperations", name: str) -> None:
    table.drop_constraint(op.f(f"fk_{name}_source_id_sources"), type_="foreignkey")
    table.drop_column("source_id")
    for kind in ("site", "account"):
        table.create_foreign_key(op.f(f"fk_{name}_{kind}_id_{kind}s"), f"{kind}s", [f"{kind}_id"], ["id"])


def _count_on(table: str) -> None:
    """PostgreSQL counts ids apart from the table: rows that brought theirs along must not be met again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {table}), "
            "false)"
        )


def _say_who_acts(before: str, after: str) -> None:
    """SQLite keeps no comments of columns."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("audit_entries", "actor", comment=after, existing_comment=before)


def _create_sources() -> None:
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column(
            "address",
            sa.String(500),
            nullable=False,
            comment="where a visit begins: a site's start page, the RSS or Atom feed of an account's posts",
        ),
        sa.Column("name", sa.String(100), comment="an account's name as readers see it"),
        sa.Column("biz", sa.String(40), comment="the platform's id of an account"),
        sa.Column(
            "other_hosts",
            sa.JSON(),
            nullable=False,
            comment="subdomains and other hosts that belong to a site",
        ),
        sa.Column(
            "max_depth", sa.Integer(), nullable=False, comment="links from the address; 1: a feed's posts"
        ),
        sa.Column("max_pages", sa.Integer(), nullable=False, comment="pages or posts a visit"),
        sa.Column("obey_robots", sa.Boolean(), nullable=False),
        sa.Column("robots_reason", sa.Text(), comment="who overrode robots.txt, and why"),
        *_plan(),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institutions.id"], name=op.f("fk_sources_institution_id_institutions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("address", "kind", name=op.f("uq_sources_address_kind")),
        sa.CheckConstraint("kind IN ('site', 'account')", name=op.f("ck_sources_sourcekind")),
        sa.CheckConstraint(
            "(kind = 'account') = (name IS NOT NULL)", name=op.f("ck_sources_account_has_name")
        ),
    )
    op.create_index("ix_sources_due", "sources", ["enabled", "next_visit_at"])
    op.create_index(op.f("ix_sources_institution_id"), "sources", ["institution_id"])


def _create_sites() -> None:
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("start_url", sa.String(500), nullable=False, comment="where a visit begins"),
        sa.Column(
            "other_hosts",
            sa.JSON(),
            nullable=False,
            comment="subdomains and other hosts that belong to the site",
        ),
        sa.Column("max_depth", sa.Integer(), nullable=False, comment="links from the start page"),
        sa.Column("max_pages", sa.Integer(), nullable=False, comment="pages a visit"),
        sa.Column("obey_robots", sa.Boolean(), nullable=False),
        sa.Column("robots_reason", sa.Text(), comment="who overrode robots.txt, and why"),
        *_plan(),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institutions.id"], name=op.f("fk_sites_institution_id_institutions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("start_url", name=op.f("uq_sites_start_url")),
    )
    op.create_index("ix_sites_due", "sites", ["enabled", "next_visit_at"])
    op.create_index(op.f("ix_sites_institution_id"), "sites", ["institution_id"])


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False, comment="the account's name as readers see it"),
        sa.Column("biz", sa.String(40), comment="the platform's id of the account"),
        sa.Column("feed_url", sa.String(500), nullable=False, comment="RSS or Atom feed of its posts"),
        sa.Column("max_pages", sa.Integer(), nullable=False, comment="posts a visit"),
        *_plan(),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institutions.id"], name=op.f("fk_accounts_institution_id_institutions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("feed_url", name=op.f("uq_accounts_feed_url")),
    )
    op.create_index("ix_accounts_due", "accounts", ["enabled", "next_visit_at"])
    op.create_index(op.f("ix_accounts_institution_id"), "accounts", ["institution_id"])


def _plan() -> tuple["sa.Column[object]", ...]:
    """How and when a source is visited, the same for all."""
    return (
        sa.Column("max_minutes", sa.Integer(), nullable=False, comment="minutes a visit"),
        sa.Column("delay_seconds", sa.Double(), nullable=False, comment="between two requests to one host"),
        sa.Column("interval_hours", sa.Double(), nullable=False, comment="from one visit to the next"),
        sa.Column("visit_hours", sa.String(5), comment="such as 22-6, local time; empty: any hour"),
        sa.Column(
            "pace",
            sa.Double(),
            nullable=False,
            comment="the interval is multiplied by it: less for what changes or offends",
        ),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("next_visit_at", sa.DateTime(timezone=True), comment="empty: due at once"),
    )
