backprop eval "((((x))))" --x 1 --max-depth 3
