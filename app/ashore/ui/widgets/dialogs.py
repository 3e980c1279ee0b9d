"""What dialogs have in common. Loads nothing, for the window needs it before its first paint."""

PASSING = "passing"
"""The object name of dialogs that belong to the page in view: they close when another page comes, as at a lock."""
