backprop eval "sum[i,j,k] x[i,j,k]" --x "[[1,2],[3,4]]"
