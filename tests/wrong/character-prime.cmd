backprop eval "f'(x)" --x 1
