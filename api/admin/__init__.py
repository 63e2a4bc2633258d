"""The administrator's pages: status, registry, offices and their tokens, users, settings."""
