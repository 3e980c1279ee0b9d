"""A zkLink operator for practice: a node that really checks, and an engine that really settles on L1."""
