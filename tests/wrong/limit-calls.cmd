backprop eval "f(u) = u; g(u) = f(f(u)); g(g(x))" --x 1 --max-nodes 2
