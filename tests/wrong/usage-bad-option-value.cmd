backprop eval "x" --x 1 --digits many
