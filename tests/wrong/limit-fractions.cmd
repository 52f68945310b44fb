backprop eval "a = x^90000; b = a*a; c = b*b; d = c*c; d*d" --x 3/2 --exact
