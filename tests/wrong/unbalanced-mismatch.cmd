backprop eval "2*[x + 1}" --x 1
