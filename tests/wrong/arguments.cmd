backprop eval "atan2(x)" --x 1
