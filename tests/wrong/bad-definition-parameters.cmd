backprop eval "f(x, x) = x; f(1, 2)"
