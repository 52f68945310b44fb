backprop eval "f(u, v) = u*v; sum[i] f(x[i])" --x "[1,2]"
