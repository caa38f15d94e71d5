"""The black-box suite: technical criteria on whatever is found, without any declaration."""
