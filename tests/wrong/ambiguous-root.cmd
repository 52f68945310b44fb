backprop eval "√2x" --x 1
