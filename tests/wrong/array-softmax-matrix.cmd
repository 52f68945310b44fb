backprop eval "sum(softmax(x))" --x "[[1,2],[3,4]]"
