"""The hours 时段 in which a site may be visited: whole hours of China's one time zone, also over midnight."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from records.local_time import LOCAL

_WRITTEN = re.compile(r"(\d{1,2})\s*[-–—至~]\s*(\d{1,2})")


@dataclass(frozen=True)
class Hours:
    """From the beginning of hour `first` to the beginning of hour `end` (0 to 24)."""

    first: int
    end: int

    @classmethod
    def of(cls, written: str) -> "Hours":
        """Hours as people write them: 22-6. Raises ValueError, in Chinese, for anything else."""
        match = _WRITTEN.fullmatch(written.strip().replace("时", "").replace("点", ""))
        first, end = (int(match[1]), int(match[2])) if match else (0, 0)
        if not match or first > 23 or end > 24 or first == end:
            raise ValueError(f"“{written}”不是时段，应形如 22-6（22 时至次日 6 时）")
        return cls(first, end)

    def __str__(self) -> str:
        return f"{self.first}-{self.end}"

    def seconds_left(self, now: datetime) -> float:
        """Seconds from `now` to the end of the hours; 0 outside of them."""
        local = now.astimezone(LOCAL)
        today = local.replace(hour=0, minute=0, second=0, microsecond=0)
        for day in (today - timedelta(days=1), today):
            begins = day + timedelta(hours=self.first)
            ends = day + timedelta(hours=self.end if self.end > self.first else self.end + 24)
            if begins <= local < ends:
                return (ends - local).total_seconds()
        return 0.0
