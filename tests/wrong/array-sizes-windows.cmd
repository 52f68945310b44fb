backprop eval "r[i] = sum[p] w[p]*x[i+p]; sum[i] r[i]" --w "[1,2,3]" --x "[1,2]"
