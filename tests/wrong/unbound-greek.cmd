backprop eval "α + a" --a 1
