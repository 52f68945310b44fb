backprop eval "sum[i,j] X[i,j]" --X "@tests/wrong/data/nan.csv:*"
