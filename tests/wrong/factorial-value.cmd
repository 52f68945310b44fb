backprop eval "n!" --n 2.5
