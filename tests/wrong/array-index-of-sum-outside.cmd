backprop eval "(sum[i] x[i])*w[i]" --x "[1,2]" --w "[1,2]"
