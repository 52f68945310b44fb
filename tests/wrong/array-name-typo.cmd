backprop eval "sum[i] scors[i]*x[i]; " --scores "[1,2]" --x "[1,2]"
