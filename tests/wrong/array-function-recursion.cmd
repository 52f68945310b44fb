backprop eval "f(u) = u*f(u-1); sum[i] f(x[i])" --x "[1,2]"
