"""Reports as files: the quarter's table, the stage report, an institution's record, typical cases. Pure: figures in,
bytes out, the same bytes each time; the figures come from `records.figures`."""
