backprop eval "2*sinx" --x 1
