backprop train "(a - 3)^2" --epochs 10
