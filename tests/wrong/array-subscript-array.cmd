backprop eval "sum[i in 0..1] x[i]*x[y]" --x "[1,2]" --y "[0,1]"
