backprop eval "param w[3]; sum[i] w[i]" --w "[1,2]"
