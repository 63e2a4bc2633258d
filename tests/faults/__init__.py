"""What breaks around the system: each fault, and that it loses nothing, doubles nothing, is told, and is got over."""
