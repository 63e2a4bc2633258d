"""The API of the takedown queue, for offices' programs."""
