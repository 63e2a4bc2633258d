"""The web pages for people and the API for offices' programs."""
