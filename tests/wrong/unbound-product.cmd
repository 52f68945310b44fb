backprop eval "xy + x + y" --x 2 --y 3
