"""The image's own description, as the tests read it."""

from typing import Any

import yaml

from records.settings import PROJECT


def read_compose() -> dict[str, Any]:
    """`docker/compose.yaml`, as values."""
    return yaml.safe_load((PROJECT / "docker" / "compose.yaml").read_text("utf-8"))
