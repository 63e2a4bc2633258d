"""What is particular to a platform: one small module a platform, pure, bytes or text in, values out."""
