"""Who vouches for a bundle: keys, DSSE envelopes and in-toto statements."""
