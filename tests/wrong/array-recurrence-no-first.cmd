backprop eval "h[t] = h[t-1]*x[t] for t in 0..2; h[2]" --x "[1,2,3]"
