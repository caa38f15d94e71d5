"""From facts to verdicts: criteria, applicability, plan and roll-up; pure."""
