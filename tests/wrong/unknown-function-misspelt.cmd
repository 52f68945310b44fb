backprop eval "sigmid(x)" --x 3
