backprop functions tahn
