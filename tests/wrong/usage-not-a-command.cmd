backprop "(x+y)*z"
