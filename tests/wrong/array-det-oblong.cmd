backprop eval "det(A)" --A "[[1,2,3],[4,5,6]]"
