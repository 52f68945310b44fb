backprop eval "x" --x 1 --exact --digits 30
