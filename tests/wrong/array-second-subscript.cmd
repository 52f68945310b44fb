backprop eval "sum[i,j] x[i][j]" --x "[[1,2]]"
