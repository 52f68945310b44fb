backprop eval "f(u) = g(u) + 1; g(u) = f(u)*2; sum[i] f(x[i])" --x "[1,2]"
