"""The analyst's pages: drafts, trials, publications, terms."""
