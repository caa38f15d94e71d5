"""California Civil Code 1798.91.04 to .06 (SB-327): catalogue and test units."""
