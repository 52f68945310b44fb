backprop eval "w[0]*x" --w 1 --x 1
