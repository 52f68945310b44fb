backprop eval "for + 1" --for 2
