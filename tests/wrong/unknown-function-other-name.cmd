backprop eval "sum(maximum(0, s))" "s=[1, 2]"
