backprop eval 'f = x
  + y' --x 1 --y 2
