backprop check tests/wrong/key-not-a-part.key samples/homework/submissions
