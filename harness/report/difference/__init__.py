"""What differs between two surveys: exposure, verdicts, identity and facts; nothing is judged."""
