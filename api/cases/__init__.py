"""The reviewer's pages: queue and case."""
