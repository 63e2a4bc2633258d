"""Tells faults of our own disks and databases from faults of the data to be written.

A page is to blame for its own faults only: where the disk is full, its row must wait, not end.
"""

import errno
import sqlite3

from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError, IntegrityError

_DISK = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
    errno.EFBIG: "文件超过允许的大小",
    errno.EROFS: "磁盘只读",
    errno.EIO: "磁盘读写错误",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.ENOENT: "文件夹不在了",
    errno.ENOTDIR: "文件夹不在了",
    errno.EMFILE: "打开的文件过多",
    errno.ENFILE: "打开的文件过多",
}


class StorageFailed(Exception):
    """Data could not be stored, through no fault of its own; the message says why, in Chinese."""


def storage_fault(error: BaseException) -> str | None:
    """Why our own storage failed, in Chinese; None for another kind of error."""
    if isinstance(error, StorageFailed):
        return str(error)
    if isinstance(error, IntegrityError) or (isinstance(error, DBAPIError) and _is_of_a_value(error)):
        return None
    if isinstance(error, (DBAPIError, exc.TimeoutError, sqlite3.Error)):
        lines = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines() or [""]
        return f"数据库或证据库索引无法读写：{lines[0][:200]}"
    if isinstance(error, OSError) and error.errno in _DISK:
        where = f" {error.filename}" if error.filename else ""
        return f"证据库无法写入{where}：{_DISK[error.errno]}（{error.strerror}）"
    return None


def _is_of_a_value(error: DBAPIError) -> bool:
    """Whether the error is about a value, not about the database itself (PEP 249)."""
    return type(error).__name__ in {"DataError", "ProgrammingError", "NotSupportedError", "InternalError"}
