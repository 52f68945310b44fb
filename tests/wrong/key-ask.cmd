backprop check tests/wrong/key-ask.key samples/homework/submissions
