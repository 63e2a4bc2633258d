"""What a page is and says: its hits in their context, its kind, identity, certificates, gravity and score."""
