"""Text in, one typed recognition out: what the systems know of a text, joined."""
