backprop eval "2 sin x" --x 1
