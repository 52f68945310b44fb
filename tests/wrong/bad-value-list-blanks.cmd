backprop eval "sum(W)" --W "[[1 2] [3 4]]"
