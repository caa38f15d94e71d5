"""Views of what a bundle holds, for people and for other tools; all follow from its documents."""
