backprop eval "f(x) = x^2" --x 3
