"""Python's cycle collector, set for work that makes many small objects a page and few cycles."""

import gc

_NEW_OBJECTS, _YOUNG, _OLD = 50_000, 10, 10


def tune_gc() -> None:
    """Have it look less often, and never at what is there now (modules, lists, tables).

    By default it looks after each 700 new objects, a dozen times a page: a fifth of the time that judging took. What is
    no cycle goes at once, as ever.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _YOUNG, _OLD)
