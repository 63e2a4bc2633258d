"""Imported by the process that commands are forked from: the lists in force, with everything compiled from them and the
dictionary, which each command would otherwise read for a second of its own.

A command on other lists reads those, since lists are known by their content.
"""

from datetime import date

from classifiers.judge import judge
from classifiers.lists.rules import load_rules
from classifiers.values import Facts, PageText
from records.settings import PROJECT

judge(
    PageText.of_plain("本院保证根治，治愈率98%。"),
    load_rules(PROJECT / "keyword_lists"),
    Facts(date(2026, 11, 24)),
)
