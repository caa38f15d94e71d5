"""Technical criteria, each once, with a stable id: pure functions of a fact and a declaration.

Suites of different frameworks call the same criterion and differ in what they require of it.
"""
