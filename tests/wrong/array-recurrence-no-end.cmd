backprop eval "h[t] = h[t+1] for t in 0..3; sum[t] h[t]"
