"""Sums of products, views and reductions on NumPy arrays, and the operations made of them."""
