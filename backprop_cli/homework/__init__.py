"""Homework: a key that says what was asked, sheets that say what was answered, and marks that say
what is right, where the first error is and what it looks like.

    asking     the key as graphs, each student's numbers and what is true of them
    reading    files, folders and spreadsheets → sheets
    marking    a sheet → marks
    batches    many sheets, in processes that are watched; what they leave on disk
    linting    what a key cannot reveal

`marks` is what all of it is about; `gradebook` and `commentary` say it for a class and in words.
"""
