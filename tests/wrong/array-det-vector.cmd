backprop eval "det(A)" --A "[1,2,3]"
