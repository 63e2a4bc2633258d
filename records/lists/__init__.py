"""The keyword lists 关键词表: in force, drafted, tried, published. Files are exchanged, byte for byte."""
