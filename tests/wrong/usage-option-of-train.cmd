backprop eval "sum[i] X[i]" --data points.csv
