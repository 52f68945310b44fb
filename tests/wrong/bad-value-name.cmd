backprop eval "x^2" --x y
