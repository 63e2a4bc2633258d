"""The demo: seven fictional institutions on loopback, and the whole chain run on them."""
