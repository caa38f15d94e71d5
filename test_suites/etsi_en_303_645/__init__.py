"""ETSI EN 303 645 V2.1.1, tested as TS 103 701 V1.1.1 says: catalogue and test units."""
