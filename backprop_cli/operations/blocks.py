"""Functions of whole arrays that are written out as sums of products, windows and reductions.

They have no derivative of their own: what they are made of has. This table says how they are
called; what they are made of stands in `tensors.lowering.blocks`.
"""

from __future__ import annotations

from typing import NamedTuple


class Block(NamedTuple):
    """A function of whole arrays.

    arrays    how many arguments are arrays (-1: any number); the others are whole numbers.
    optional  how many of those may be left out.
    text      one line for the reference.
    """

    name: str
    parameters: str
    arrays: int
    optional: int
    text: str

    def takes(self, given: int) -> bool:
        """Whether so many arguments are right."""
        count = len(self.parameters.split(", "))
        if self.parameters.endswith("…"):
            return given > 0
        return count - self.optional <= given <= count

    def numbers_of_arguments(self) -> str:
        """How many arguments it may have: 2, or 2 or 3."""
        count = len(self.parameters.split(", "))
        if self.parameters.endswith("…"):
            return "at least 1"
        return " or ".join(map(str, range(count - self.optional, count + 1)))

    def split(self, given: int) -> int:
        """How many of so many arguments are arrays."""
        return given if self.arrays < 0 else self.arrays


BLOCKS = {
    block.name: block
    for block in (
        Block("matmul", "A, B", 2, 0, "A @ B: rows times columns"),
        Block("dot", "u, v", 2, 0, "the sum of u[i]*v[i]"),
        Block("outer", "u, v", 2, 0, "the matrix u[i]*v[j]"),
        Block("transpose", "A", 1, 0, "the axes in reverse order; A^T"),
        Block("concat", "u, v, …", -1, 0, "arrays one behind the other"),
        Block("flat", "x", 1, 0, "all elements in one axis"),
        Block("conv", "x, K, stride, pad", 2, 2, "convolution of x[c,i,j] by K[f,c,p,q]"),
        Block("maxpool", "x, size, stride", 1, 1, "the largest of each window"),
        Block("zeros", "n, …", 0, 0, "an array of zeros with axes of these lengths"),
        Block("ones", "n, …", 0, 0, "an array of ones with axes of these lengths"),
        Block("avgpool", "x, size, stride", 1, 1, "the mean of each window"),
    )
}
