"""The keyword lists 关键词表: in force, drafted, tried, published. Files are what is exchanged, byte for byte."""
