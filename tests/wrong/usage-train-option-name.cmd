backprop train "(a - 3)^2" --learning-rate 0.1
