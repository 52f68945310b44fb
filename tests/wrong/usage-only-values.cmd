backprop eval f=x*y x=2 y=3
