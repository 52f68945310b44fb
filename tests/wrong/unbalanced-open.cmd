backprop eval "2*(x + (y - 1)" --x 1 --y 1
