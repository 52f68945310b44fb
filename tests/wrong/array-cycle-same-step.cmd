backprop eval "h[0] = 1; g[t] = h[t] for t in 1..3; h[t] = g[t]*x[t] for t in 1..3; h[3]" --x "[1,2,3,4]"
