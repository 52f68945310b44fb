backprop gradcheck "[1, 2]*x" --x 1
