"""Search pages as a source of pages that no list has."""
