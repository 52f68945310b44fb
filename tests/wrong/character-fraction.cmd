backprop eval "½x" --x 1
