"""Array values of bindings: `[1, 2, 3]`, `0.01*normal(10, 3073; seed=1)`, `@weights.npz:W`.

Forms (all numbers are constant expressions of the language, sizes and seeds whole ones):

    [1, 2, 3]   [[1, 2], [3, 4]]   [7,]      nested lists; all rows of a list are equally long, and
                                             a comma makes a list of one (`[7]` is the number 7,
                                             `[[1, 2]]` a matrix of one row)
    normal(10, 3073; seed=1)                 also mean=0, sd=1
    uniform(10; seed=1)                      also low=0, high=1
    zeros(2, 3)  ones(4)  identity(3)        `identity` is a square matrix
    range(5)                                 whole numbers: 0, 1, 2, 3, 4

Random numbers are those of NumPy's Generator(PCG64(seed)): `standard_normal` and `random`, filled
in row by row. `dtype=float32` makes single-precision numbers (drawn as such). A factor, a divisor
or a summand may stand around one form: `0.01*normal(3; seed=1)`, `1 - 2*uniform(3; seed=1)/3`.

Lists of whole numbers and `range` are int64; files keep float32; everything else is float64.
"""

from .files import array_from_file, arrays_of_archive, json_array
from .texts import array_value

__all__ = ["array_from_file", "array_value", "arrays_of_archive", "json_array"]
