backprop eval "data*2" --data 1
