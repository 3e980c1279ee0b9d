"""The operator's JSON-RPC API: tolerant of shapes, strict about meaning."""
