backprop eval "a = b + x; b = 2*a; a" --x 1
