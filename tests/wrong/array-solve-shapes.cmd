backprop eval "sum(solve(A, b))" --A "[[1,2],[3,4]]" --b "[1,2,3]"
