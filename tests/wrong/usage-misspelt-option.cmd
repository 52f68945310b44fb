backprop eval "x" --x 1 --max-node 5
