backprop eval "sum(s)/len(s)" "s=[1, 2]"
