backprop eval "param w[C,D]; sum[i,j] w[i,j]" --w "[1,2]"
