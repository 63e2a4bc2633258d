"""The registry's files: import and export of institutions, sites, accounts and certificates as CSV and xlsx."""
