"""The tables that people keep."""

from collections.abc import Mapping
from typing import Any

from records.reference.calendar import CALENDAR
from records.reference.disposals import DISPOSALS
from records.reference.points import POINTS
from records.reference.reasons import REASONS
from records.reference.statistics_table import COLUMNS, ROWS
from records.reference.tables import KeptTable
from records.reference.working_days import HOLIDAYS

_TABLES: tuple[KeptTable[Any], ...] = (REASONS, DISPOSALS, HOLIDAYS, CALENDAR, ROWS, COLUMNS, POINTS)
KEPT_TABLES: Mapping[str, KeptTable[Any]] = {table.name: table for table in _TABLES}
