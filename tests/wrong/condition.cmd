backprop eval "if(x, 1, 2)" --x 1
