"""Reference devices: processes of their own, with known flaws, that share no code with their judge.

Only `harness.cli` starts them; the bench speaks to them as to any device, and to their control
socket as to a person who presses buttons.
"""
