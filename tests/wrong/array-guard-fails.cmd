backprop eval "y[i] = if(i >= 0, x[i-1], 0) for i in 0..2; sum[i] y[i]" --x "[1,2,3]"
