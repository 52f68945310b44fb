backprop eval "a = x + x; b = a + a; b + b" --x 1 --max-nodes 2
