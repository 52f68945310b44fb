"""Graphs over arrays run: once, many times, by rows; their inputs, reports and checks."""
