backprop eval "sum(x + y)" --x "[[1,2],[3,4]]" --y "[1,2,3]"
