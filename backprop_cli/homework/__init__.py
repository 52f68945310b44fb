"""Homework: a key that says what was asked, sheets that say what was answered, and marks that say
what is right, where the first error is and what it looks like.
"""
