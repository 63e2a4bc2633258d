"""Search pages as a source: what they find that no list has."""
