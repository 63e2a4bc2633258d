"""Which tables people keep."""

from collections.abc import Mapping
from typing import Any

from records.reference.disposals import DISPOSALS
from records.reference.reasons import REASONS
from records.reference.tables import KeptTable
from records.reference.working_days import HOLIDAYS

KEPT_TABLES: Mapping[str, KeptTable[Any]] = {table.name: table for table in (REASONS, DISPOSALS, HOLIDAYS)}
