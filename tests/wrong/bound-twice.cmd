backprop eval "x*y" --x 1 --x 2 --y 3
