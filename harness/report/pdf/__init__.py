"""The test report as PDF: ISO/IEC 17025 clause 7.8 filled in from the documents of a bundle."""
