backprop eval "(x+y)*z" --x 1
