backprop eval "x^2" --x "2*(3"
