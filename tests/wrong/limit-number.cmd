backprop eval "1e9999999"
