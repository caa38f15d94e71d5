"""Tools around the dossier: a template, what is wrong with one, and one as a spreadsheet."""
