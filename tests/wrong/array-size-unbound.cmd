backprop eval "data x[N]; sum[i] x[i]/M" --x "[1,2,3]"
