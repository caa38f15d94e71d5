"""What is known about a device: frozen models without parsers. Suites and criteria read these."""
