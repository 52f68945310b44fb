"""A sheet to marks: numbers against the truth and against each other, formulas at points."""
