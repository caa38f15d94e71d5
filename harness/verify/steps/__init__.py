"""The steps of verification: functions of the context that say what they saw, or fail."""
