"""A page's content: its hits in their context, its kind, identity, certificates, gravity and score."""
