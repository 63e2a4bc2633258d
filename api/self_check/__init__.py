"""The self-check 自查 of an institution's advert."""
