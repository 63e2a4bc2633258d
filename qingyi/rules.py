"""The keyword lists that a command judges by. Apart from `console`, since reading them takes a second."""

from classifiers.lists.rules import RuleSet
from qingyi.console import warn_of_lists
from records.lists.in_force import lists_in_force
from records.settings import settings


def rules_in_force() -> RuleSet:
    """The settings' keyword lists, or their last good version, with a warning; raises ListsRefused."""
    found = lists_in_force(settings().lists_dir, settings().lists_kept_dir)
    if found.refused:
        warn_of_lists(found.rules.version, str(found.refused))
    return found.rules
