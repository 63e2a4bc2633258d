"""jieba, imported without pkg_resources: jieba needs it only to open its own files, which it can do without,
and the import would cost each process a third of a second and 10 MB."""

import sys

_there = sys.modules.get("pkg_resources")
sys.modules["pkg_resources"] = None  # type: ignore[assignment] # Python's way to say: not to be imported
try:
    import jieba
finally:
    if _there is None:
        del sys.modules["pkg_resources"]
    else:
        sys.modules["pkg_resources"] = _there

__all__ = ["jieba"]
