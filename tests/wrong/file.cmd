backprop eval -f missing.txt
