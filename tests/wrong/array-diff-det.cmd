backprop diff "det(A)" --A "[[1,2],[3,4]]"
