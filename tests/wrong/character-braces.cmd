backprop eval "α_{1} + 2" --α 1
