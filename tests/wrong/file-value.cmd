backprop eval "x^2" --x @missing.json
