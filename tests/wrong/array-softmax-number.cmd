backprop eval "sum(softmax(a))" --a 2
