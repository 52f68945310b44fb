backprop eval tests/wrong/key-ask.key
