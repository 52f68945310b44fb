backprop eval "h[0] = 1; h[t] = h[t-1] + h[t+1] for t in 1..3; h[3]"
