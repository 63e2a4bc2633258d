"""The administrator's page of users."""
