#!/usr/bin/env bash
# Runs once, when Gradescope builds the autograder. Choose an image with Python 3.11 or newer.
#
# Make the upload with:   pip wheel --no-deps -w samples/gradescope .
#                         cd samples/gradescope && zip autograder.zip setup.sh run_autograder hw.key *.whl
set -euo pipefail

apt-get update
apt-get install -y python3 python3-venv
python3 -m venv /autograder/venv
/autograder/venv/bin/pip install /autograder/source/*.whl
