"""The site of the documents: the Markdown files as they lie in the project, built by `make docs`."""

project = "Qingyi 清医"
author = "Qingyi"
root_doc = "docs/site/index"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
include_patterns = ["*.md", "docs/*.md", "docs/**/*.md", "keyword_lists/README.md"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Qingyi 清医"
language = "en"
