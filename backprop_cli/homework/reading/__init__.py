"""What was handed in: folders, files and spreadsheets to sheets, and who the students are."""
