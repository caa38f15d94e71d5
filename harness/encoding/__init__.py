"""How bytes, text, time and trees of files are written down; knows nothing of testing."""
