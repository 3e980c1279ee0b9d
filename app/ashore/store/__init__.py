"""SQLite: the journal, what is derived from it, and the small things that survive closing."""
