"""The evidence store 证据库: bytes kept under their SHA-256, in packs or as files."""
