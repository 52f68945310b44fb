backprop eval "h[0] = 1; h[t] = h[t-2] for t in 1..3; h[3]*a" --a 1
