"""Judging stored evidence again: to seal it, to check it, or under another framework."""
